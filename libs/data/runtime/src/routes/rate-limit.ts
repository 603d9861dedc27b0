/** Envoy's RateLimit messages as functions that make descriptors. */

import {
  type RateLimit_Action as Action,
  RateLimit_Action_MetaData_Source as MetadataSource,
  type RateLimit,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { MetadataKey } from '@weft/xds-messages/envoy/type/metadata/v3/metadata';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { addressText, createAddress, maskAddress, readAddress, withoutPortOf } from '../matchers/address.ts';
import { requestOf } from '../matchers/exchange-request.ts';
import { compileHeaderTest, headerReader, type RequestTest } from '../matchers/header-matcher.ts';
import { metadataValue } from '../matchers/metadata-matcher.ts';
import { compileQueryTest } from '../matchers/query-matcher.ts';
import type { RateLimitRule } from '../tables/route.ts';

/** Envoy's bound of `stage`. */
const stageMax = 10;

/** Adds its entry to `into`. @returns false: there is no descriptor this time. */
type Entry = (exchange: Exchange, into: string[]) => boolean;

/** What rules need of their surroundings. */
export interface RateLimitContext {
  /** node.cluster, for source_cluster. */
  readonly serviceCluster: string;
}

/** Also for the rate_limits that stand in filters' own messages. @throws WeftError `config_rejected` */
export function compileRateLimits(
  limits: readonly RateLimit[],
  context: RateLimitContext,
  where: string,
): readonly RateLimitRule[] {
  return limits.map((limit, index) => compileRule(limit, context, `${where}: rate_limits[${index}]`));
}

function compileRule(limit: RateLimit, context: RateLimitContext, where: string): RateLimitRule {
  const stage = limit.stage ?? 0;
  if (stage > stageMax) refuse(where, `stage is over ${stageMax}`);
  if (limit.limit !== undefined) refuse(where, 'field limit is not supported');
  if (limit.actions.length === 0) refuse(where, 'it has no actions');
  const entries = limit.actions.map((action) => compileAction(action, context, where));
  return {
    stage,
    descriptor(exchange) {
      const descriptor: string[] = [];
      for (let index = 0; index < entries.length; index += 1)
        if (!entries[index]!(exchange, descriptor)) return undefined;
      return descriptor.length === 0 ? undefined : descriptor;
    },
  };
}

function compileAction(action: Action, context: RateLimitContext, where: string): Entry {
  const specifier = action.actionSpecifier;
  switch (specifier.case) {
    case 'sourceCluster':
      return constant('source_cluster', context.serviceCluster);
    case 'destinationCluster':
      return (exchange, into) => {
        const name = exchange.target?.clusterName ?? exchange.cluster?.name;
        return name !== undefined && into.push('destination_cluster', name) > 0;
      };
    case 'requestHeaders': {
      const { headerName, descriptorKey, skipIfAbsent } = specifier.value;
      if (descriptorKey === '') refuse(where, 'request_headers has no descriptor_key');
      const read = headerReader(headerName, where);
      return (exchange, into) => {
        const value = read(requestOf(exchange));
        return value === undefined ? skipIfAbsent : into.push(descriptorKey, value) > 0;
      };
    }
    case 'remoteAddress':
      return remoteAddress;
    case 'maskedRemoteAddress':
      return maskedAddress(specifier.value.v4PrefixMaskLen ?? 32, specifier.value.v6PrefixMaskLen ?? 128, where);
    case 'genericKey':
      if (specifier.value.descriptorValue === '') refuse(where, 'generic_key has no descriptor_value');
      return constant(specifier.value.descriptorKey || 'generic_key', specifier.value.descriptorValue);
    case 'headerValueMatch': {
      const { headers, expectMatch, descriptorKey, descriptorValue } = specifier.value;
      const tests = headers.map((matcher) => compileHeaderTest(matcher, where));
      return whenAll(tests, expectMatch !== false, descriptorKey || 'header_match', descriptorValue, where);
    }
    case 'queryParameterValueMatch': {
      const { queryParameters, expectMatch, descriptorKey, descriptorValue } = specifier.value;
      const tests = queryParameters.map((matcher) => compileQueryTest(matcher, where));
      return whenAll(tests, expectMatch !== false, descriptorKey || 'query_match', descriptorValue, where);
    }
    case 'dynamicMetadata':
      return compileMetadata({ ...specifier.value, skipIfAbsent: false }, where);
    case 'metadata':
      if (specifier.value.source !== MetadataSource.DYNAMIC)
        refuse(where, 'metadata: only source DYNAMIC is supported');
      return compileMetadata(specifier.value, where);
    default:
      return refuse(where, `action ${specifier.case ?? 'without a kind'} is not supported`);
  }
}

function constant(key: string, value: string): Entry {
  return (_exchange, into) => into.push(key, value) > 0;
}

const scratch = createAddress();

const remoteAddress: Entry = (exchange, into) => {
  const address = withoutPortOf(exchange.downstreamAddress);
  return readAddress(address, scratch) && into.push('remote_address', address) > 0;
};

function maskedAddress(v4: number, v6: number, where: string): Entry {
  if (v4 > 32 || v6 > 128) refuse(where, 'masked_remote_address: a mask is too long');
  return (exchange, into) => {
    if (!readAddress(exchange.downstreamAddress, scratch)) return false;
    const length = scratch.bits === 32 ? v4 : v6;
    maskAddress(scratch, length);
    return into.push('masked_remote_address', `${addressText(scratch)}/${length}`) > 0;
  };
}

function whenAll(tests: readonly RequestTest[], expected: boolean, key: string, value: string, where: string): Entry {
  if (value === '') refuse(where, `${key}: descriptor_value is empty`);
  return (exchange, into) => {
    const request = requestOf(exchange);
    let all = true;
    for (let index = 0; index < tests.length && all; index += 1) all = tests[index]!(request);
    return all === expected && into.push(key, value) > 0;
  };
}

interface MetadataEntry {
  readonly descriptorKey: string;
  readonly metadataKey?: MetadataKey | undefined;
  readonly defaultValue: string;
  readonly skipIfAbsent: boolean;
}

/** Texts only: Envoy takes no other value for one. */
function compileMetadata(entry: MetadataEntry, where: string): Entry {
  const { descriptorKey, metadataKey, defaultValue, skipIfAbsent } = entry;
  if (descriptorKey === '') refuse(where, 'metadata has no descriptor_key');
  if (metadataKey === undefined) return refuse(where, 'metadata has no metadata_key');
  const path = metadataKey.path.map(({ segment }) =>
    segment.case === 'key' ? segment.value : refuse(where, 'metadata: a path segment has no key'),
  );
  return (exchange, into) => {
    const found = metadataValue(exchange.metadata, metadataKey.key, path);
    const value = typeof found === 'string' && found !== '' ? found : defaultValue;
    return value === '' ? skipIfAbsent : into.push(descriptorKey, value) > 0;
  };
}
