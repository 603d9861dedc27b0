/** Words for what stands in routes and clusters. */

import type { Duration } from '@bufbuild/protobuf/wkt';
import type { HeaderMatcher, RouteMatch } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import type { FractionalPercent } from '@weft/xds-messages/envoy/type/v3/percent';
import { FractionalPercent_DenominatorType } from '@weft/xds-messages/envoy/type/v3/percent';

/** "90%", "33.3%". */
export function percentWords(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

const denominators: Readonly<Record<number, number>> = {
  [FractionalPercent_DenominatorType.HUNDRED]: 100,
  [FractionalPercent_DenominatorType.TEN_THOUSAND]: 10_000,
  [FractionalPercent_DenominatorType.MILLION]: 1_000_000,
};

export function fractionWords(fraction: FractionalPercent | undefined): string {
  if (fraction === undefined) return '100%';
  const denominator = denominators[fraction.denominator] ?? 100;
  return `${Number(((fraction.numerator / denominator) * 100).toFixed(4))}%`;
}

/** "2 s", "250 ms", "none". */
export function durationWords(duration: Duration | undefined): string {
  const ms = duration === undefined ? 0 : Number(duration.seconds) * 1000 + duration.nanos / 1e6;
  if (ms === 0) return 'none';
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${Number(ms.toFixed(3))} ms`;
}

/** "all requests", "GET /stock*", "/a with x-canary = 1". */
export function matchWords(match: RouteMatch | undefined): string {
  if (match === undefined) return 'all requests';
  const method = match.headers.find(({ name }) => name === ':method');
  const rest = match.headers.filter((header) => header !== method).map(headerWords);
  const query = match.queryParameters.map(({ name, queryParameterMatchSpecifier: specifier }) =>
    specifier.case === 'stringMatch' ? `?${name}=${stringWords(specifier.value)}` : `?${name}`,
  );
  const claims = match.dynamicMetadata.length === 0 ? [] : ['a claim of the token'];
  const conditions = [...rest, ...query, ...claims];
  const path = pathWords(match);
  const base = [method === undefined ? '' : valueWords(method), path].filter((part) => part !== '').join(' ');
  if (conditions.length === 0) return base === '' ? 'all requests' : base;
  return `${base === '' ? 'requests' : base} with ${conditions.join(' and ')}`;
}

function pathWords({ pathSpecifier }: RouteMatch): string {
  switch (pathSpecifier.case) {
    case 'prefix':
      return pathSpecifier.value === '/' ? '' : `${pathSpecifier.value}*`;
    case 'path':
      return pathSpecifier.value;
    case 'pathSeparatedPrefix':
      return `${pathSpecifier.value}[/*]`;
    case 'safeRegex':
      return `~${pathSpecifier.value.regex}`;
    case 'connectMatcher':
      return 'tunnels';
    default:
      return '';
  }
}

function headerWords(header: HeaderMatcher): string {
  const not = header.invertMatch ? 'not ' : '';
  const value = valueWords(header);
  const name = header.name.replace(/^:authority$/, 'host').replace(/^:/, '');
  return value === '' ? `${not}${name}` : `${not}${name} = ${value}`;
}

function valueWords({ headerMatchSpecifier: specifier }: HeaderMatcher): string {
  switch (specifier.case) {
    case 'stringMatch':
      return stringWords(specifier.value);
    case 'exactMatch':
      return specifier.value;
    case 'prefixMatch':
      return `${specifier.value}*`;
    case 'safeRegexMatch':
      return `~${specifier.value.regex}`;
    default:
      return '';
  }
}

function stringWords({ matchPattern }: StringMatcher): string {
  switch (matchPattern.case) {
    case 'exact':
      return matchPattern.value;
    case 'prefix':
      return `${matchPattern.value}*`;
    case 'suffix':
      return `*${matchPattern.value}`;
    case 'contains':
      return `*${matchPattern.value}*`;
    case 'safeRegex':
      return `~${matchPattern.value.regex}`;
    default:
      return '';
  }
}
