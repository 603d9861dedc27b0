/** What differs between two routes of one match, in words. */

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Route, RouteAction } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { HTTPFaultSchema } from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { faultFilterName } from '../routes/fault.ts';
import { differingFields } from './differing-fields.ts';
import { targetsOf } from './explain-request.ts';
import { durationWords, fractionWords, percentWords } from './words.ts';

/** Label of a cluster → its share of the requests, 0 to 1. */
export type Shares = ReadonlyMap<string, number>;

export function routeWords(before: Route, after: Route, label: (cluster: string) => string): readonly string[] {
  const [old, now] = [before.action, after.action];
  if (old.case !== 'route' || now.case !== 'route') {
    const [was, is] = [answerWords(before, label), answerWords(after, label)];
    return was === is ? [] : [`requests ${is} instead of: ${was.replace(/^are /, '')}`];
  }
  const words = [
    ...shareWords(sharesOf(old.value, label), sharesOf(now.value, label)),
    ...goes('timeout', durationWords(old.value.timeout), durationWords(now.value.timeout)),
    ...retryWords(old.value, now.value),
    ...faultChange(before, after),
    ...mirrorWords(old.value, now.value, label),
    ...rewriteWords(old.value, now.value),
    ...headerWords(before, after),
  ];
  return [...words, ...otherWords(old.value, now.value)];
}

/** What becomes of requests, whatever came before. */
export function answerWords(route: Route, label: (cluster: string) => string): string {
  const { action } = route;
  if (action.case === 'redirect') return 'are redirected';
  if (action.case === 'directResponse') return `are answered with ${action.value.status}`;
  if (action.case !== 'route') return 'are refused';
  const shares = [...sharesOf(action.value, label)];
  if (shares.length === 1) return `go to ${shares[0]?.[0] ?? ''}`;
  return `go to ${shares.map(([name, share]) => `${name} (${percentWords(share)})`).join(', ')}`;
}

export function sharesOf(action: RouteAction, label: (cluster: string) => string): Shares {
  const targets = targetsOf(action);
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  const shares = new Map<string, number>();
  for (const { cluster, weight } of targets) {
    const name = label(cluster);
    shares.set(name, (shares.get(name) ?? 0) + (sum === 0 ? 0 : weight / sum));
  }
  return shares;
}

export function shareWords(before: Shares, after: Shares): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const moved = names
    .map((name) => ({ name, was: before.get(name) ?? 0, is: after.get(name) ?? 0 }))
    .filter(({ was, is }) => Math.abs(was - is) > 1e-9);
  if (moved.length === 0) return [];
  const losers = moved.filter(({ was, is }) => is < was);
  const gainers = moved.filter(({ was, is }) => is > was);
  const [loser, gainer] = [losers[0], gainers[0]];
  if (losers.length === 1 && gainers.length === 1 && loser !== undefined && gainer !== undefined) {
    const all = loser.was === 1 && loser.is === 0;
    const share = all ? 'all requests' : `${percentWords(loser.was - loser.is)} of requests`;
    return [`${share} move from ${loser.name} to ${gainer.name}`];
  }
  const each = moved.map(({ name, was, is }) => `${name} from ${percentWords(was)} to ${percentWords(is)}`);
  return [`requests are split anew: ${each.join(', ')}`];
}

function goes(what: string, was: string, is: string): readonly string[] {
  return was === is ? [] : [`${what} goes from ${was} to ${is}`];
}

function retryWords({ retryPolicy: old }: RouteAction, { retryPolicy: now }: RouteAction): readonly string[] {
  const [was, is] = [old?.numRetries?.valueOf() ?? 0, now?.numRetries?.valueOf() ?? 0];
  if (was !== is) return [`retries go from ${was} to ${is}`];
  if (old === undefined || now === undefined) return [];
  const [oldOn, newOn] = [retryOn(old), retryOn(now)];
  const words = [
    ...(oldOn === newOn ? [] : [`retries are made on ${newOn}, no longer on ${oldOn}`]),
    ...goes('the timeout of one try', durationWords(old.perTryTimeout), durationWords(now.perTryTimeout)),
  ];
  const others = words.length === 0 && differingFields(old, now).length > 0;
  return others ? ['retries are made in another way: to other endpoints, or after another wait'] : words;
}

function retryOn({ retryOn: words, retriableStatusCodes: codes }: NonNullable<RouteAction['retryPolicy']>): string {
  return [words, ...codes.map(String)].filter((part) => part !== '').join(',');
}

function faultChange(before: Route, after: Route): readonly string[] {
  const [was, is] = [faultWords(before), faultWords(after)];
  if (was === is) return [];
  return [is === '' ? 'no faults are injected any more' : is];
}

function faultWords({ typedPerFilterConfig }: Route): string {
  const packed = typedPerFilterConfig[faultFilterName];
  const fault = packed && anyUnpack(packed, HTTPFaultSchema);
  if (fault === undefined) return '';
  const { delay, abort } = fault;
  const delayed =
    delay?.faultDelaySecifier.case === 'fixedDelay'
      ? [
          `${fractionWords(delay.percentage)} of requests are delayed by ${durationWords(delay.faultDelaySecifier.value)}`,
        ]
      : [];
  const code = abort?.errorType.case === undefined ? '' : String(abort.errorType.value);
  const aborted =
    abort === undefined ? [] : [`${fractionWords(abort.percentage)} of requests are answered with ${code}`];
  return [...delayed, ...aborted].join(' and ');
}

function mirrorWords(before: RouteAction, after: RouteAction, label: (cluster: string) => string): readonly string[] {
  const mirrors = ({ requestMirrorPolicies }: RouteAction): readonly string[] =>
    requestMirrorPolicies.map(
      ({ cluster, runtimeFraction }) =>
        `a copy of ${fractionWords(runtimeFraction?.defaultValue)} of requests goes to ${label(cluster)}`,
    );
  const [was, is] = [mirrors(before), mirrors(after)];
  const gone = was.filter((one) => !is.includes(one)).map((one) => `no longer: ${one}`);
  return [
    ...is.filter((one) => !was.includes(one)),
    ...(is.length === 0 && was.length > 0 ? ['requests are not copied any more'] : gone),
  ];
}

function rewriteWords(before: RouteAction, after: RouteAction): readonly string[] {
  const path = ({ prefixRewrite, regexRewrite }: RouteAction): string =>
    prefixRewrite ||
    (regexRewrite === undefined
      ? 'as they are'
      : `${regexRewrite.pattern?.regex ?? ''} → ${regexRewrite.substitution}`);
  const host = ({ hostRewriteSpecifier: specifier }: RouteAction): string =>
    specifier.case === 'hostRewriteLiteral' ? specifier.value : 'as it is';
  return [
    ...(path(before) === path(after) ? [] : [`paths are rewritten: ${path(after)} (before: ${path(before)})`]),
    ...(host(before) === host(after) ? [] : [`the host is rewritten: ${host(after)} (before: ${host(before)})`]),
  ];
}

function headerWords(before: Route, after: Route): readonly string[] {
  const of = (route: Route): string =>
    [
      ...route.requestHeadersToAdd.map(
        ({ header, appendAction }) =>
          `request ${appendAction === 0 ? '+' : '='}${header?.key ?? ''}: ${header?.value ?? ''}`,
      ),
      ...route.requestHeadersToRemove.map((name) => `request -${name}`),
      ...route.responseHeadersToAdd.map(
        ({ header, appendAction }) =>
          `response ${appendAction === 0 ? '+' : '='}${header?.key ?? ''}: ${header?.value ?? ''}`,
      ),
      ...route.responseHeadersToRemove.map((name) => `response -${name}`),
    ].join(', ');
  const [was, is] = [of(before), of(after)];
  return was === is ? [] : [`headers are changed: ${is || 'none'}${was === '' ? '' : ` (before: ${was})`}`];
}

/** Fields that have words of their own. */
const told: ReadonlySet<string> = new Set([
  'clusterSpecifier',
  'timeout',
  'retryPolicy',
  'requestMirrorPolicies',
  'prefixRewrite',
  'regexRewrite',
  'hostRewriteSpecifier',
]);

function otherWords(before: RouteAction, after: RouteAction): readonly string[] {
  return differingFields(before, after)
    .filter((name) => !told.has(name))
    .map((name) => (name === 'hashPolicy' ? 'requests are bound to endpoints by another hash' : `${name} changes`));
}
