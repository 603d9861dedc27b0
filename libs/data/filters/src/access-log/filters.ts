/** Which exchanges a log wants: Envoy's AccessLogFilter, compiled. */

import {
  compileHeaderTest,
  compileMetadataTest,
  type Exchange,
  grpcStatusOfHttp,
  metadataValue,
  refuse,
  requestOf,
  responseFlags,
  type SupportedFields,
  shareOf,
  unpack,
} from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import {
  type AccessLogFilter,
  type ComparisonFilter,
  type GrpcStatusFilter,
  type MetadataFilter,
  ComparisonFilter_Op as Op,
  type RuntimeFilter,
} from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import { AccessLogType } from '@weft/xds-messages/envoy/data/accesslog/v3/accesslog';
import { ExpressionFilterSchema } from '@weft/xds-messages/envoy/extensions/access_loggers/filters/cel/v3/cel';
import { compileCelTest } from '../cel.ts';
import { fieldOf } from '../fields.ts';
import { tracingOf } from '../trace-state.ts';

type Wants = (exchange: Exchange) => boolean;

/** Deeper filters are refused. */
export const logFilterDepthMax = 16;

const log = 'envoy.config.accesslog.v3';

export const logFilterFields: SupportedFields = {
  [`${log}.AccessLogFilter`]: [
    'status_code_filter',
    'duration_filter',
    'not_health_check_filter',
    'traceable_filter',
    'runtime_filter',
    'and_filter',
    'or_filter',
    'header_filter',
    'response_flag_filter',
    'grpc_status_filter',
    'extension_filter',
    'metadata_filter',
    'log_type_filter',
  ],
  [`${log}.StatusCodeFilter`]: ['comparison'],
  [`${log}.DurationFilter`]: ['comparison'],
  [`${log}.ComparisonFilter`]: ['op', 'value'],
  [`${log}.NotHealthCheckFilter`]: [],
  [`${log}.TraceableFilter`]: [],
  [`${log}.RuntimeFilter`]: ['runtime_key', 'percent_sampled', 'use_independent_randomness'],
  [`${log}.AndFilter`]: ['filters'],
  [`${log}.OrFilter`]: ['filters'],
  [`${log}.HeaderFilter`]: ['header'],
  [`${log}.ResponseFlagFilter`]: ['flags'],
  [`${log}.GrpcStatusFilter`]: ['statuses', 'exclude'],
  [`${log}.ExtensionFilter`]: ['name', 'typed_config'],
  [`${log}.MetadataFilter`]: ['matcher', 'match_if_key_not_found'],
  [`${log}.LogTypeFilter`]: ['types', 'exclude'],
  'envoy.config.core.v3.RuntimeUInt32': ['default_value', 'runtime_key'],
  'envoy.type.v3.FractionalPercent': ['numerator', 'denominator'],
  'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter': ['expression'],
};

/** @throws WeftError `config_rejected`, naming what is not supported. */
export function compileLogFilter(filter: AccessLogFilter, where: string, random: Random, depth = 0): Wants {
  if (depth > logFilterDepthMax) refuse(where, `is deeper than ${logFilterDepthMax}`);
  const { filterSpecifier: given } = filter;
  const all = (filters: readonly AccessLogFilter[]): Wants[] => {
    if (filters.length < 2) refuse(where, 'needs two filters or more');
    return filters.map((each, index) => compileLogFilter(each, `${where}[${index}]`, random, depth + 1));
  };
  switch (given.case) {
    case 'statusCodeFilter':
      return comparison(given.value.comparison, where, ({ status }) => status);
    case 'durationFilter':
      return comparison(given.value.comparison, where, ({ durationMs }) => Math.round(durationMs));
    case 'notHealthCheckFilter':
      // No request is marked as a health check here: active checks are not answered by the proxy.
      return () => true;
    case 'traceableFilter':
      return (exchange) => tracingOf(exchange)?.sampled === true;
    case 'runtimeFilter':
      return runtimeShare(given.value, random);
    case 'andFilter': {
      const tests = all(given.value.filters);
      return (exchange) => tests.every((test) => test(exchange));
    }
    case 'orFilter': {
      const tests = all(given.value.filters);
      return (exchange) => tests.some((test) => test(exchange));
    }
    case 'headerFilter': {
      const test = compileHeaderTest(given.value.header ?? refuse(where, 'header is missing'), where);
      return (exchange) => test(requestOf(exchange));
    }
    case 'responseFlagFilter':
      return flagFilter(given.value.flags, where);
    case 'grpcStatusFilter':
      return grpcFilter(given.value);
    case 'metadataFilter':
      return metadataFilter(given.value, where);
    case 'logTypeFilter': {
      const wanted = given.value.types.includes(AccessLogType.DownstreamEnd) !== given.value.exclude;
      return () => wanted;
    }
    case 'extensionFilter': {
      const { name, configType } = given.value;
      const expression = unpack(configType.value, ExpressionFilterSchema, `${where}: ${name}`).expression;
      return compileCelTest(expression, `${where}: ${name}`);
    }
    default:
      return refuse(where, 'says nothing');
  }
}

function comparison(given: ComparisonFilter | undefined, where: string, read: (exchange: Exchange) => number): Wants {
  const value = given?.value?.defaultValue ?? refuse(where, 'comparison has no value');
  switch (given?.op) {
    case Op.EQ:
      return (exchange) => read(exchange) === value;
    case Op.GE:
      return (exchange) => read(exchange) >= value;
    case Op.LE:
      return (exchange) => read(exchange) <= value;
    default:
      return refuse(where, `comparison op ${given?.op ?? ''} is not supported`);
  }
}

/** By the request id, so that all proxies of a request log it or none; by chance where there is none. */
function runtimeShare(given: RuntimeFilter, random: Random): Wants {
  const share = shareOf(given.percentSampled, 0);
  const { useIndependentRandomness } = given;
  return (exchange) => {
    const id = useIndependentRandomness ? undefined : fieldOf(exchange.request.fields, 'x-request-id');
    const number = id === undefined ? Number.NaN : Number.parseInt(id.slice(0, 8), 16);
    return (Number.isNaN(number) ? random() : (number % 1_000_000) / 1_000_000) < share;
  };
}

function flagFilter(flags: readonly string[], where: string): Wants {
  for (const flag of flags) if (!responseFlags.has(flag)) refuse(where, `response flag ${flag} is not known`);
  if (flags.length === 0) return ({ flag }) => flag !== '-';
  const wanted = new Set(flags);
  return ({ flag }) => (flag.includes(',') ? flag.split(',').some((one) => wanted.has(one)) : wanted.has(flag));
}

function grpcFilter({ statuses, exclude }: GrpcStatusFilter): Wants {
  const wanted = new Set<number>(statuses);
  return ({ responseTrailers, responseFields, status }) => {
    const said = fieldOf(responseTrailers, 'grpc-status') ?? fieldOf(responseFields, 'grpc-status');
    return wanted.has(said === undefined ? grpcStatusOfHttp(status) : Number(said)) !== exclude;
  };
}

function metadataFilter({ matcher, matchIfKeyNotFound }: MetadataFilter, where: string): Wants {
  const absent = matchIfKeyNotFound ?? true;
  if (matcher === undefined) return () => absent;
  const test = compileMetadataTest(matcher, where);
  const keys = matcher.path.map(({ segment }) => segment.value ?? '');
  return ({ metadata }) => (metadataValue(metadata, matcher.filter, keys) === undefined ? absent : test(metadata));
}
