/** lb_subset_config. */

import type { JsonObject } from '@bufbuild/protobuf';
import {
  Cluster_LbSubsetConfig_LbSubsetFallbackPolicy as Fallback,
  type Cluster_LbSubsetConfig as LbSubsetConfig,
  Cluster_LbSubsetConfig_LbSubsetSelector_LbSubsetSelectorFallbackPolicy as SelectorFallback,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import type { BalancingSpec, SubsetSelector } from '../balancer.ts';
import { refuse } from '../check/refuse.ts';

/** Selectors of one cluster. */
export const selectorsMax = 64;

/** @throws WeftError `config_rejected` */
export function compileSubsets(given: LbSubsetConfig | undefined, where: string): BalancingSpec['subsets'] {
  if (given === undefined || given.subsetSelectors.length === 0) return undefined;
  const at = `${where}: lb_subset_config`;
  if (given.subsetSelectors.length > selectorsMax) refuse(at, `more than ${selectorsMax} subset_selectors`);
  return {
    fallback: fallbackOf(given.fallbackPolicy, at),
    defaultSubset: lbMetadataOf(given.defaultSubset),
    selectors: given.subsetSelectors.map(({ keys, fallbackPolicy, fallbackKeysSubset }) => {
      if (keys.length === 0) refuse(at, 'subset_selectors.keys is empty');
      if (fallbackKeysSubset.length > 0) refuse(at, 'fallback_keys_subset is not supported');
      return { keys: [...new Set(keys)].sort(), fallback: selectorFallbackOf(fallbackPolicy, at) };
    }),
  };
}

/** Values as the texts by which subsets are told apart. */
export function lbMetadataOf(given: JsonObject | undefined): Readonly<Record<string, string>> {
  const read: Record<string, string> = {};
  for (const [key, value] of Object.entries(given ?? {})) {
    read[key] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return read;
}

function fallbackOf(policy: Fallback, where: string): 'none' | 'any' | 'default' {
  switch (policy) {
    case Fallback.NO_FALLBACK:
      return 'none';
    case Fallback.ANY_ENDPOINT:
      return 'any';
    case Fallback.DEFAULT_SUBSET:
      return 'default';
    default:
      return refuse(where, `fallback_policy ${policy} is not supported`);
  }
}

function selectorFallbackOf(policy: SelectorFallback, where: string): SubsetSelector['fallback'] {
  switch (policy) {
    case SelectorFallback.NOT_DEFINED:
      return 'not-defined';
    case SelectorFallback.NO_FALLBACK:
      return 'none';
    case SelectorFallback.ANY_ENDPOINT:
      return 'any';
    case SelectorFallback.DEFAULT_SUBSET:
      return 'default';
    default:
      return refuse(where, `subset_selectors.fallback_policy ${policy} is not supported`);
  }
}
