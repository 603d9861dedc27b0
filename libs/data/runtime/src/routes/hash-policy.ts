/** Envoy's hash policies: one number of a request for consistent-hash balancers. */

import type {
  RouteAction_HashPolicy_Cookie as CookiePolicy,
  RouteAction_HashPolicy as HashPolicy,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import type { Exchange } from '../exchange.ts';
import { withoutPortOf } from '../matchers/address.ts';
import { requestOf } from '../matchers/exchange-request.ts';
import { headerReader } from '../matchers/header-matcher.ts';
import { queryValue } from '../matchers/query-matcher.ts';
import { compileReplace } from '../matchers/regex.ts';
import { combineHashes, hashText } from './hash.ts';

/**
 * Key in `exchange.state` of the Set-Cookie values (string[]) that go on the answer, because a hash policy made a cookie.
 * Empty where there are none.
 */
export const hashCookiesKey = 'weft.hash_cookies';

type Attribute = (exchange: Exchange) => number | undefined;

/** Nothing: the route has no policy. @throws WeftError `config_rejected` */
export function compileHash(policies: readonly HashPolicy[], where: string): Attribute | undefined {
  if (policies.length === 0) return undefined;
  const attributes = policies.map((policy) => compilePolicy(policy, `${where}: hash_policy`));
  const terminal = policies.map((policy) => policy.terminal);
  return (exchange) => {
    let hash: number | undefined;
    for (let index = 0; index < attributes.length; index += 1) {
      const next = attributes[index]!(exchange);
      if (next !== undefined) hash = combineHashes(hash, next);
      if (terminal[index] === true && hash !== undefined) break;
    }
    return hash;
  };
}

function compilePolicy(policy: HashPolicy, where: string): Attribute {
  const specifier = policy.policySpecifier;
  switch (specifier.case) {
    case 'header': {
      const read = headerReader(specifier.value.headerName, where);
      const rewrite = specifier.value.regexRewrite;
      const replace = rewrite === undefined ? undefined : compileReplace(rewrite.pattern, rewrite.substitution, where);
      return (exchange) => {
        const value = read(requestOf(exchange));
        return value === undefined ? undefined : hashText(replace === undefined ? value : replace(value));
      };
    }
    case 'cookie':
      return compileCookie(specifier.value, where);
    case 'connectionProperties':
      if (!specifier.value.sourceIp) return () => undefined;
      return (exchange) => hashText(withoutPortOf(exchange.downstreamAddress));
    case 'queryParameter': {
      const { name } = specifier.value;
      return (exchange) => {
        const value = queryValue(exchange.query, name);
        return value === undefined ? undefined : hashText(value);
      };
    }
    default:
      return refuse(where, `${specifier.case ?? 'it has no attribute'} is not supported`);
  }
}

/** With a `ttl` (0: until the browser ends) a client that has no such cookie is given one; all requests of a connection the same. */
function compileCookie(policy: CookiePolicy, where: string): Attribute {
  const { name, path, ttl } = policy;
  if (name === '' || /[\s;,="]/.test(name)) refuse(where, `cookie ${JSON.stringify(name)}: not a name`);
  const seconds = Math.floor(milliseconds(ttl, 0) / 1_000);
  let suffix = seconds > 0 ? `; Max-Age=${seconds}` : '';
  if (path !== '') suffix += `; Path=${path}`;
  for (const attribute of policy.attributes) {
    suffix += attribute.value === '' ? `; ${attribute.name}` : `; ${attribute.name}=${attribute.value}`;
  }
  if (/[\u0000-\u001f\u007f]/.test(suffix)) refuse(where, `cookie ${name}: a control character`);
  suffix += '; HttpOnly';
  return (exchange) => {
    const sent = cookieOf(exchange.request.fields, name);
    if (sent !== undefined && sent !== '') return hashText(sent);
    if (ttl === undefined) return undefined;
    const value = madeValue(exchange);
    noteCookie(exchange, `${name}="${value}"${suffix}`);
    return hashText(value);
  };
}

function madeValue(exchange: Exchange): string {
  const { remoteAddress, localAddress } = exchange.connection;
  const text = remoteAddress + localAddress;
  return hashText(text).toString(16).padStart(8, '0') + hashText(text, 1).toString(16).padStart(8, '0');
}

/** Once for each cookie, however often the hash is asked for. */
function noteCookie(exchange: Exchange, line: string): void {
  const noted = exchange.state.get(hashCookiesKey) as string[] | undefined;
  if (noted === undefined) exchange.state.set(hashCookiesKey, [line]);
  else if (!noted.includes(line)) noted.push(line);
}

/** The first cookie of a name, its quotes taken off. @param fields of a request. */
export function cookieOf(fields: readonly string[], name: string): string | undefined {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] !== 'cookie') continue;
    const value = valueIn(fields[at + 1] ?? '', name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function valueIn(cookies: string, name: string): string | undefined {
  let start = 0;
  while (start < cookies.length) {
    let end = cookies.indexOf(';', start);
    if (end === -1) end = cookies.length;
    while (cookies.charCodeAt(start) === 32) start += 1;
    if (cookies.startsWith(name, start) && cookies.charCodeAt(start + name.length) === 61) {
      const value = cookies.slice(start + name.length + 1, end).trim();
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
    start = end + 1;
  }
  return undefined;
}
