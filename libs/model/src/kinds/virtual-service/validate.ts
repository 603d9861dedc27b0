/** Rules between the fields of a VirtualService. */

import { limits } from '../../limits.ts';
import type { Report, ValidationContext } from '../definition.ts';
import type { HttpRedirect, HttpRule } from './http-spec.ts';
import type { VirtualServiceSpec } from './spec.ts';

export function validateVirtualService(spec: VirtualServiceSpec, { report }: ValidationContext): void {
  if (spec.hosts.length === 0) report('spec.hosts', 'at least one host is required');
  if (spec.http.length === 0) report('spec.http', 'at least one HTTP rule is required');
  const toMesh = spec.gateways.length === 0 || spec.gateways.includes('mesh');
  const seen = new Set<string>();
  spec.hosts.forEach((host, index) => {
    const path = `spec.hosts[${index}]`;
    if (host === '*' && toMesh) {
      report(
        path,
        'the wildcard host * is not allowed for the gateway "mesh"; name the hosts, or bind the rule to a Gateway',
      );
    }
    if (seen.has(host.toLowerCase())) report(path, `duplicate host ${JSON.stringify(host)}`);
    seen.add(host.toLowerCase());
  });
  spec.http.forEach((rule, index) => {
    validateRule(rule, `spec.http[${index}]`, report);
  });
}

function validateRule(rule: HttpRule, path: string, report: Report): void {
  const actions = (['route', 'redirect', 'directResponse'] as const).filter((action) => rule[action] !== undefined);
  if (actions.length === 0) report(path, 'one of route, redirect and directResponse is required');
  if (actions.length > 1)
    report(path, `only one of route, redirect and directResponse may be given, not ${actions.join(' and ')}`);
  if (rule.route !== undefined) validateRoute(rule.route, `${path}.route`, report);
  if (rule.redirect !== undefined) validateRedirect(rule.redirect, `${path}.redirect`, report);
  if (rule.rewrite !== undefined) {
    if (rule.redirect !== undefined || rule.directResponse !== undefined) {
      report(`${path}.rewrite`, 'rewrite needs a route; it cannot stand beside redirect or directResponse', 'key');
    }
    if (Object.keys(rule.rewrite).length === 0)
      report(`${path}.rewrite`, 'rewrite must give uri, authority or both', 'key');
  }
  validateBody(rule, `${path}.directResponse.body`, report);
}

function validateRoute(route: NonNullable<HttpRule['route']>, path: string, report: Report): void {
  if (route.length === 0) report(path, 'at least one destination is required');
  if (route.length < 2) return;
  const total = route.reduce((sum, destination) => sum + (destination.weight ?? 0), 0);
  if (total === 0) report(path, 'total destination weight = 0', 'key');
  if (total > 2 ** 32 - 1) report(path, 'the total destination weight is over 4294967295', 'key');
}

function validateRedirect(redirect: HttpRedirect, path: string, report: Report): void {
  const { uri, authority, scheme, port, derivePort } = redirect;
  if ([uri, authority, scheme, port, derivePort].every((value) => value === undefined)) {
    report(path, 'redirect must give uri, authority, scheme or port', 'key');
  }
  if (port !== undefined && derivePort !== undefined)
    report(path, 'only one of port and derivePort may be given', 'key');
}

function validateBody(rule: HttpRule, path: string, report: Report): void {
  const body = rule.directResponse?.body;
  if (body === undefined) return;
  if (body.string !== undefined && body.bytes !== undefined)
    report(path, 'only one of string and bytes may be given', 'key');
  const length = Buffer.byteLength(body.string ?? body.bytes ?? '', body.string === undefined ? 'base64' : 'utf8');
  if (length > limits.directResponseBodyMax)
    report(path, `the body is larger than ${limits.directResponseBodyMax} bytes`, 'key');
}
