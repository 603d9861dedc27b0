/** load_balancing_policy: the typed policies. */

import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import type { TypedExtensionConfig } from '@weft/xds-messages/envoy/config/core/v3/extension';
import type {
  ConsistentHashingLbConfig,
  LocalityLbConfig,
} from '@weft/xds-messages/envoy/extensions/load_balancing_policies/common/v3/common';
import {
  LeastRequestSchema,
  LeastRequest_SelectionMethod as SelectionMethod,
} from '@weft/xds-messages/envoy/extensions/load_balancing_policies/least_request/v3/least_request';
import { MaglevSchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/maglev/v3/maglev';
import { RandomSchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/random/v3/random';
import {
  RingHash_HashFunction as HashFunction,
  RingHashSchema,
} from '@weft/xds-messages/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash';
import { RoundRobinSchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin';
import { WrrLocalitySchema } from '@weft/xds-messages/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality';
import type { BalancingPolicy } from '../balancer.ts';
import { refuse, unpack } from '../check/refuse.ts';
import { compileHashPolicy, hashDefaults } from './hash-policy.ts';
import { activeRequestBias, choiceCount, compileSlowStart } from './policy-options.ts';

/** A policy, and what it says itself of what `common_lb_config` says for lb_policy; nothing: not said. */
export interface ExtensionPolicy {
  readonly policy: BalancingPolicy;
  readonly localityWeighted?: boolean;
  readonly failTrafficOnPanic?: boolean;
  readonly hashBalanceFactor?: number;
}

/** @returns nothing for a policy that is not known: the next one of the list is tried. @throws WeftError `config_rejected` */
export function compileExtensionPolicy(
  config: TypedExtensionConfig | undefined,
  where: string,
): ExtensionPolicy | undefined {
  const any = config?.typedConfig;
  if (any === undefined) return undefined;
  const at = `${where}: load_balancing_policy`;
  if (anyIs(any, RoundRobinSchema)) {
    const given = unpack(any, RoundRobinSchema, at);
    return {
      policy: { kind: 'round-robin', slowStart: compileSlowStart(given.slowStartConfig, at) },
      ...locality(given.localityLbConfig),
    };
  }
  if (anyIs(any, RandomSchema)) {
    return { policy: { kind: 'random' }, ...locality(unpack(any, RandomSchema, at).localityLbConfig) };
  }
  if (anyIs(any, LeastRequestSchema)) return leastRequest(any, at);
  if (anyIs(any, RingHashSchema)) return ringHash(any, at);
  if (anyIs(any, MaglevSchema)) return maglev(any, at);
  if (anyIs(any, WrrLocalitySchema)) return wrrLocality(any, where);
  return undefined;
}

function leastRequest(any: Any, where: string): ExtensionPolicy {
  const given = unpack(any, LeastRequestSchema, where);
  if (given.selectionMethod !== SelectionMethod.N_CHOICES || given.enableFullScan === true) {
    refuse(where, 'selection_method FULL_SCAN is not supported');
  }
  return {
    policy: {
      kind: 'least-request',
      choiceCount: choiceCount(given.choiceCount, where),
      activeRequestBias: activeRequestBias(given.activeRequestBias?.defaultValue, where),
      slowStart: compileSlowStart(given.slowStartConfig, where),
    },
    ...locality(given.localityLbConfig),
  };
}

function ringHash(any: Any, where: string): ExtensionPolicy {
  const given = unpack(any, RingHashSchema, where);
  const { useHostname, factor } = hashing(given.consistentHashingLbConfig, given, where);
  return {
    policy: compileHashPolicy(
      {
        kind: 'ring-hash',
        minimumRingSize: given.minimumRingSize ?? hashDefaults.minimumRingSize,
        maximumRingSize: given.maximumRingSize ?? hashDefaults.maximumRingSize,
        murmur: given.hashFunction === HashFunction.MURMUR_HASH_2,
        useHostname,
      },
      where,
    ),
    hashBalanceFactor: factor,
    localityWeighted: given.localityWeightedLbConfig !== undefined,
  };
}

function maglev(any: Any, where: string): ExtensionPolicy {
  const given = unpack(any, MaglevSchema, where);
  const { useHostname, factor } = hashing(given.consistentHashingLbConfig, undefined, where);
  return {
    policy: compileHashPolicy(
      { kind: 'maglev', tableSize: given.tableSize ?? hashDefaults.tableSize, useHostname },
      where,
    ),
    hashBalanceFactor: factor,
    localityWeighted: given.localityWeightedLbConfig !== undefined,
  };
}

/** Weights localities by what EDS says and picks endpoints by the policy within it. */
function wrrLocality(any: Any, where: string): ExtensionPolicy {
  const inner = unpack(any, WrrLocalitySchema, `${where}: load_balancing_policy`).endpointPickingPolicy;
  for (const { typedExtensionConfig } of inner?.policies ?? []) {
    if (typedExtensionConfig?.typedConfig !== undefined && anyIs(typedExtensionConfig.typedConfig, WrrLocalitySchema)) {
      refuse(where, 'a wrr_locality within another is not supported');
    }
    const chosen = compileExtensionPolicy(typedExtensionConfig, where);
    if (chosen !== undefined) return { ...chosen, localityWeighted: true };
  }
  return refuse(where, 'wrr_locality: no endpoint_picking_policy is supported');
}

function locality(
  given: LocalityLbConfig | undefined,
): Pick<ExtensionPolicy, 'localityWeighted' | 'failTrafficOnPanic'> {
  const specifier = given?.localityConfigSpecifier;
  return {
    localityWeighted: specifier?.case === 'localityWeightedLbConfig',
    failTrafficOnPanic: specifier?.case === 'zoneAwareLbConfig' && specifier.value.failTrafficOnPanic,
  };
}

function hashing(
  given: ConsistentHashingLbConfig | undefined,
  old: { readonly useHostnameForHashing: boolean; readonly hashBalanceFactor?: number | undefined } | undefined,
  where: string,
): { readonly useHostname: boolean; readonly factor: number } {
  const factor = given?.hashBalanceFactor ?? old?.hashBalanceFactor ?? 0;
  if (factor !== 0 && factor < 100) refuse(where, 'hash_balance_factor must be 100 or more');
  return { useHostname: given?.useHostnameForHashing ?? old?.useHostnameForHashing ?? false, factor };
}
