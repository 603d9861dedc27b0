/** Rules between the fields of an HTTP rule. */

import { limits } from '../../limits.ts';
import { ignoredHeaders, isAuthority } from '../../schema/header-operations.ts';
import { isSet, writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import type { HttpRedirect, HttpRule } from './http-spec.ts';
import { isClaim } from './match-schema.ts';
import { warnOfOldFields } from './old-fields.ts';
import type { RouteDestination, VirtualServiceSpec } from './spec.ts';

export function validateHttpRule(
  rule: HttpRule,
  spec: VirtualServiceSpec,
  index: number,
  { report, warn, written }: ValidationContext,
): void {
  const path = `spec.http[${index}]`;
  const body = writtenAt(written, 'http', index);
  validateActions(rule, spec.hosts.length === 0, path, report);
  if (!spec.gateways.every((gateway) => gateway !== 'mesh')) refuseClaims(rule, path, report);
  validateWeights(rule.route ?? [], `${path}.route`, report);
  if (rule.redirect !== undefined)
    validateRedirect(rule.redirect, writtenAt(body, 'redirect'), `${path}.redirect`, report);
  validateRewrite(rule, path, report);
  validateBody(rule, `${path}.directResponse.body`, report, warn);
  validateRetries(rule, path, report);
  if (rule.delegate === undefined && rule.mirror !== undefined && (rule.mirrors?.length ?? 0) > 0)
    report(`${path}.mirrors`, 'only one of mirror and mirrors may be given', 'key');
  const fault = writtenAt(body, 'fault');
  if (fault !== undefined && writtenAt(fault, 'delay') === undefined && writtenAt(fault, 'abort') === undefined)
    report(`${path}.fault`, 'fault must have a delay, an abort or both', 'key');
  if (rule.fault?.abort?.httpStatus !== undefined && rule.fault.abort.grpcStatus !== undefined)
    report(`${path}.fault.abort`, 'only one of httpStatus and grpcStatus may be given', 'key');
  warnOfOldFields(rule, body, path, warn);
  warnOfIgnoredHeaders(rule, body, path, warn);
}

function validateActions(rule: HttpRule, isDelegate: boolean, path: string, report: Report): void {
  const actions = (['route', 'redirect', 'directResponse'] as const).filter((action) =>
    action === 'route' ? (rule.route?.length ?? 0) > 0 : rule[action] !== undefined,
  );
  if (rule.delegate !== undefined) {
    if (isDelegate) report(`${path}.delegate`, 'a VirtualService that others delegate to cannot delegate', 'key');
    for (const action of actions)
      if (action !== 'directResponse')
        report(`${path}.${action}`, `a rule that delegates takes no ${action}; the other VirtualService has it`, 'key');
    return;
  }
  if (actions.length === 0 && rule.route !== undefined) report(`${path}.route`, 'at least one destination is required');
  else if (actions.length === 0) report(path, 'one of route, redirect and directResponse is required');
  if (actions.length > 1)
    report(path, `only one of route, redirect and directResponse may be given, not ${actions.join(' and ')}`);
  if (rule.redirect === undefined && rule.directResponse === undefined) return;
  const action = rule.redirect === undefined ? 'directResponse' : 'redirect';
  if (rule.fault !== undefined) report(`${path}.fault`, `fault cannot stand beside ${action}`, 'key');
  if (rule.rewrite !== undefined)
    report(`${path}.rewrite`, 'rewrite needs a route; it cannot stand beside redirect or directResponse', 'key');
}

function refuseClaims(rule: HttpRule, path: string, report: Report): void {
  for (const [index, match] of (rule.match ?? []).entries()) {
    for (const field of ['headers', 'withoutHeaders'] as const) {
      for (const name of Object.keys(match[field] ?? {})) {
        if (isClaim(name))
          report(
            `${path}.match[${index}].${field}`,
            'routing by claims of a JWT is for gateways alone; it names the mesh',
            'key',
          );
      }
    }
  }
}

/** @param path of the list. */
export function validateWeights(route: readonly RouteDestination[], path: string, report: Report): void {
  if (route.length < 2) return;
  const total = route.reduce((sum, destination) => sum + (destination.weight ?? 0), 0);
  if (total === 0) report(path, 'total destination weight = 0', 'key');
  if (total > 2 ** 32 - 1) report(path, 'the total destination weight is over 4294967295', 'key');
}

/** @param written where port 0 counts as a port. */
function validateRedirect(redirect: HttpRedirect, written: unknown, path: string, report: Report): void {
  const { uri, authority, scheme, port, derivePort } = redirect;
  const aims = [uri, authority, scheme, derivePort, writtenAt(written, 'port')];
  if (aims.every((value) => value === undefined)) {
    report(path, 'redirect must give uri, authority, scheme or port', 'key');
  }
  if (port !== undefined && derivePort !== undefined)
    report(path, 'only one of port and derivePort may be given', 'key');
}

function validateRewrite({ rewrite, headers }: HttpRule, path: string, report: Report): void {
  if (rewrite !== undefined) {
    if (rewrite.uri !== undefined && rewrite.uriRegexRewrite !== undefined)
      report(`${path}.rewrite`, 'only one of uri and uriRegexRewrite may be given', 'key');
    if (Object.keys(rewrite).length === 0)
      report(`${path}.rewrite`, 'rewrite must give uri, uriRegexRewrite or authority', 'key');
  }
  const { set = {}, add = {} } = headers?.request ?? {};
  const hosts = [...Object.keys(set), ...Object.keys(add)].filter(isAuthority).length;
  if (hosts + (rewrite?.authority === undefined ? 0 : 1) > 1)
    report(`${path}.headers.request`, 'the host of a request can be rewritten in one place only', 'key');
}

function validateBody(rule: HttpRule, path: string, report: Report, warn: Report): void {
  const body = rule.directResponse?.body;
  if (body === undefined) return;
  if (body.string !== undefined && body.bytes !== undefined)
    report(path, 'only one of string and bytes may be given', 'key');
  const length = Buffer.byteLength(body.string ?? body.bytes ?? '', body.string === undefined ? 'base64' : 'utf8');
  if (length > limits.directResponseBodyMax)
    report(path, `the body is larger than ${limits.directResponseBodyMax} bytes`, 'key');
  else if (length > limits.directResponseBodyLarge)
    warn(path, `a body of ${length} bytes is sent to every proxy; serve it from a service`, 'key');
}

function validateRetries({ retries }: HttpRule, path: string, report: Report): void {
  if (retries === undefined || retries.attempts > 0) return;
  const others = ['perTryTimeoutMs', 'retryOn', 'retryRemoteLocalities'] as const;
  if (
    others.some((field) => isSet(retries[field]) || (field === 'retryRemoteLocalities' && retries[field] !== undefined))
  )
    report(`${path}.retries`, 'attempts 0 switches retries off; it takes no other field beside it', 'key');
}

function warnOfIgnoredHeaders(rule: HttpRule, body: unknown, path: string, warn: Report): void {
  const look = (value: unknown, at: string): void => {
    for (const { path: below, message } of ignoredHeaders(value)) warn(`${at}.${below}`, message, 'key');
  };
  look(writtenAt(body, 'headers'), `${path}.headers`);
  (rule.route ?? []).forEach((_, index) => {
    look(writtenAt(body, 'route', index, 'headers'), `${path}.route[${index}].headers`);
  });
}
