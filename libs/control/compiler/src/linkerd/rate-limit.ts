/** An HTTPLocalRateLimitPolicy as Envoy's local rate limits: one filter for all callers together, and after it one for each by itself. */

import { create, type JsonObject, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { Resource } from '@weft/model';
import { HeaderValueOption_HeaderAppendAction } from '@weft/xds-messages/envoy/config/core/v3/base';
import { type RateLimit, RateLimitSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import {
  type HeaderMutation,
  HeaderMutationSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/header_mutation/v3/header_mutation';
import {
  type LocalRateLimit,
  LocalRateLimitSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit';
import type { HttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { duration } from '../messages/core.ts';
import { packedHttpFilter } from '../messages/http-filter.ts';
import { peerPrincipals, type TrustDomains } from '../policies/rbac/peers.ts';
import { quoteRegex } from '../policies/rbac/string-forms.ts';
import { provenanceOf, weftStruct } from '../provenance.ts';

type LimitResource = Resource<'HTTPLocalRateLimitPolicy'>;
type LimitInit = Extract<MessageInitShape<typeof LocalRateLimitSchema>, { $typeName?: never }>;
type DescriptorInit = NonNullable<LimitInit['descriptors']>[number];
type RateLimitInit = Extract<MessageInitShape<typeof RateLimitSchema>, { $typeName?: never }>;

const totalName = 'weft.linkerd.total_rate_limit';
const clientName = 'weft.linkerd.client_rate_limit';

/** Linkerd's header for who calls; here it is a SPIFFE id. */
const clientHeader = 'l5d-client-id';

/** Descriptor keys. */
const clientKey = 'client';
const overrideKey = 'override';
const noOverride = 'none';

const unlimited = 2 ** 32 - 1;

export interface RateLimits {
  /** For the listener: in effect there, or made to be by `perHost`. */
  readonly filters: readonly HttpFilter[];
  /** For the virtual hosts of a listener whose requests may have no route: what has none is not counted. */
  readonly perHost: Readonly<Record<string, Any>>;
  /** What a request is counted by. */
  readonly rules: readonly RateLimit[];
}

/** @param routed requests are limited by their virtual host, not by the listener. */
export function rateLimits(policy: LimitResource, domains: TrustDomains, routed: boolean): RateLimits {
  const { total, identity, overrides = [] } = policy.spec;
  const perClient = identity !== undefined || overrides.length > 0;
  const configs: (readonly [string, LocalRateLimit])[] = [];
  if (total !== undefined) {
    configs.push([totalName, limitOf(policy, 'total', { tokenBucket: bucket(total.requestsPerSecond) })]);
  }
  if (perClient) configs.push([clientName, limitOf(policy, 'client', clientLimit(policy))]);
  const limits = configs.map(([name, config]) => {
    const listed = routed ? create(LocalRateLimitSchema, { statPrefix: config.statPrefix }) : config;
    return packedHttpFilter(name, anyPack(LocalRateLimitSchema, listed));
  });
  const perHost = Object.fromEntries(configs.map(([name, config]) => [name, anyPack(LocalRateLimitSchema, config)]));
  return {
    filters: perClient ? [clientId(), ...limits] : limits,
    perHost: routed ? perHost : {},
    rules: perClient ? descriptorRules(policy, domains).map((rule) => create(RateLimitSchema, rule)) : [],
  };
}

/** What an answer 429 is said to come from: by the prefix of the limit's counters. */
export function limitOrigins(policy: LimitResource): Readonly<Record<string, JsonObject>> {
  const { namespace, name, spec } = policy;
  return {
    [statPrefix(namespace, name, 'total')]: weftStruct(provenanceOf(policy, spec.total === undefined ? '' : 'total')),
    [statPrefix(namespace, name, 'client')]: weftStruct(
      provenanceOf(policy, spec.identity === undefined ? 'overrides' : 'identity'),
    ),
  };
}

function statPrefix(namespace: string, name: string, part: string): string {
  return `linkerd_${part}_limit.${namespace}.${name}`;
}

function limitOf({ namespace, name }: LimitResource, part: 'total' | 'client', own: LimitInit): LocalRateLimit {
  const always = { defaultValue: { numerator: 100 } };
  return create(LocalRateLimitSchema, {
    statPrefix: statPrefix(namespace, name, part),
    filterEnabled: always,
    filterEnforced: always,
    rateLimitedAsResourceExhausted: true,
    ...own,
  });
}

/** Who has an override has its bucket, which its clients share; each other has one for itself, those without identity share one. */
function clientLimit({ spec: { identity, overrides = [] } }: LimitResource): LimitInit {
  const descriptors: DescriptorInit[] = overrides.map(({ requestsPerSecond }, index) => ({
    entries: [{ key: overrideKey, value: String(index) }],
    tokenBucket: bucket(requestsPerSecond),
  }));
  if (identity !== undefined) {
    const others = overrides.length === 0 ? [] : [{ key: overrideKey, value: noOverride }];
    descriptors.push({
      entries: [{ key: clientKey }, ...others],
      tokenBucket: bucket(identity.requestsPerSecond),
    });
  }
  return { tokenBucket: bucket(unlimited), descriptors, alwaysConsumeDefaultTokenBucket: false };
}

/** As many as come in a second fit in. */
function bucket(requestsPerSecond: number): NonNullable<LimitInit['tokenBucket']> {
  return { maxTokens: requestsPerSecond, tokensPerFill: requestsPerSecond, fillInterval: duration(1000) };
}

function descriptorRules(policy: LimitResource, domains: TrustDomains): readonly RateLimitInit[] {
  const { identity, overrides = [] } = policy.spec;
  const named = overrides.map(({ clientRefs }) =>
    clientRefs.flatMap(({ name, namespace = policy.namespace }) =>
      peerPrincipals([`${domains[0]}/ns/${namespace}/sa/${name}`], domains).map((id) => `spiffe://${id}`),
    ),
  );
  const seen = new Set<string>();
  const rules = named.map((ids, index): RateLimitInit => {
    // A client that two overrides name has the first: Envoy would take from both.
    const own = ids.filter((id) => !seen.has(id));
    for (const id of own) seen.add(id);
    return { actions: [isOneOf(own, String(index), true)] };
  });
  if (identity === undefined) return rules;
  const byName = {
    actionSpecifier: { case: 'requestHeaders', value: { headerName: clientHeader, descriptorKey: clientKey } },
  } as const;
  const others = overrides.length === 0 ? [] : [isOneOf([...seen], noOverride, false)];
  return [...rules, { actions: [byName, ...others] }];
}

function isOneOf(
  ids: readonly string[],
  value: string,
  expectMatch: boolean,
): NonNullable<RateLimitInit['actions']>[number] {
  const regex = ids.length === 0 ? 'nobody' : ids.map(quoteRegex).join('|');
  return {
    actionSpecifier: {
      case: 'headerValueMatch',
      value: {
        descriptorKey: overrideKey,
        descriptorValue: value,
        expectMatch,
        headers: [
          {
            name: clientHeader,
            headerMatchSpecifier: {
              case: 'stringMatch',
              value: { matchPattern: { case: 'safeRegex', value: { regex } } },
            },
          },
        ],
      },
    },
  };
}

/** Tells who calls, whatever the caller says itself. */
function clientId(): HttpFilter {
  const mutation: HeaderMutation = create(HeaderMutationSchema, {
    mutations: {
      requestMutations: [
        {
          action: {
            case: 'append',
            value: {
              header: { key: clientHeader, value: '%DOWNSTREAM_PEER_URI_SAN%' },
              appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
              keepEmptyValue: true,
            },
          },
        },
      ],
    },
  });
  return packedHttpFilter('weft.linkerd.client_id', anyPack(HeaderMutationSchema, mutation));
}
