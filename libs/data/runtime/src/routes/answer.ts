/** The actions that answer without an upstream: redirects and direct responses. */

import {
  type DirectResponseAction,
  RedirectAction_RedirectResponseCode as ResponseCode,
  type RedirectAction as XdsRedirect,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { compileReplace } from '../matchers/regex.ts';
import type { DirectAction, RedirectAction } from '../tables/route.ts';
import type { PathShape } from './path-match.ts';
import { prefixRewrite } from './rewrite.ts';

const statuses: Readonly<Record<ResponseCode, number>> = {
  [ResponseCode.MOVED_PERMANENTLY]: 301,
  [ResponseCode.FOUND]: 302,
  [ResponseCode.SEE_OTHER]: 303,
  [ResponseCode.TEMPORARY_REDIRECT]: 307,
  [ResponseCode.PERMANENT_REDIRECT]: 308,
};

/** As Envoy makes the Location: what is not redirected stays as the request has it. */
export function compileRedirect(action: XdsRedirect, shape: PathShape, where: string): RedirectAction {
  const status = statuses[action.responseCode];
  if (status === undefined) refuse(where, `redirect.response_code ${action.responseCode} is not supported`);
  const newScheme = redirectScheme(action, where);
  if (action.portRedirect > 65_535) refuse(where, `redirect.port_redirect ${action.portRedirect} is no port`);
  const port = action.portRedirect === 0 ? '' : `:${action.portRedirect}`;
  const { hostRedirect } = action;
  const target = compileTarget(action, shape, where);
  return {
    kind: 'redirect',
    status,
    location(exchange) {
      const { scheme, authority } = exchange;
      const to = newScheme ?? scheme;
      const host = hostRedirect === '' ? keptHost(authority, scheme, to, port) : hostRedirect;
      return `${to}://${host}${port}${target(exchange)}`;
    },
  };
}

/** What a virtual host with require_tls answers to a request in clear: the same place over https, its port too. */
export const tlsRedirect: RedirectAction = {
  kind: 'redirect',
  status: 301,
  location: (exchange) => `https://${exchange.authority}${exchange.path}${queryOf(exchange)}`,
};

/** @param bodyBytesMax max_direct_response_body_size_bytes. */
export function compileDirect(action: DirectResponseAction, bodyBytesMax: number, where: string): DirectAction {
  if (action.status < 200 || action.status > 599) refuse(where, `direct_response.status ${action.status}`);
  const body = action.body?.specifier;
  let text = '';
  if (body?.case === 'inlineString') text = body.value;
  else if (body?.case === 'inlineBytes') text = Buffer.from(body.value).toString('latin1');
  else if (body?.case !== undefined) refuse(where, `direct_response.body: ${body.case} is not supported`);
  const octets = body?.case === 'inlineBytes' ? Buffer.from(body.value) : undefined;
  if ((octets?.length ?? Buffer.byteLength(text)) > bodyBytesMax)
    refuse(where, `direct_response.body is over ${bodyBytesMax} bytes`);
  return { kind: 'direct', status: action.status, body: text, ...(octets !== undefined && { octets }) };
}

function redirectScheme(action: XdsRedirect, where: string): string | undefined {
  const specifier = action.schemeRewriteSpecifier;
  if (specifier.case === 'httpsRedirect') return specifier.value ? 'https' : undefined;
  if (specifier.case === undefined || specifier.value === '') return undefined;
  if (!/^[a-z][a-z0-9+.-]*$/i.test(specifier.value)) refuse(where, 'redirect.scheme_redirect is no scheme');
  return specifier.value;
}

function compileTarget(action: XdsRedirect, shape: PathShape, where: string): (exchange: Exchange) => string {
  const { stripQuery, pathRewriteSpecifier: specifier } = action;
  const query = stripQuery ? () => '' : queryOf;
  switch (specifier.case) {
    case 'pathRedirect': {
      const path = specifier.value;
      if (path === '') break;
      // A query of the redirect's own takes precedence and is never stripped.
      return path.includes('?') ? () => path : (exchange) => path + query(exchange);
    }
    case 'prefixRewrite': {
      if (specifier.value === '') break;
      const rewrite = prefixRewrite(specifier.value, shape);
      return (exchange) => rewrite(exchange.path) + query(exchange);
    }
    case 'regexRewrite': {
      const replace = compileReplace(specifier.value.pattern, specifier.value.substitution, where);
      return (exchange) => replace(exchange.path) + query(exchange);
    }
  }
  return (exchange) => exchange.path + query(exchange);
}

function queryOf(exchange: Exchange): string {
  return exchange.hasQuery ? `?${exchange.query}` : '';
}

/** The request's host; its port goes when the redirect has one, or when it was the old scheme's default one. */
function keptHost(authority: string, oldScheme: string, newScheme: string, newPort: string): string {
  const bracket = authority.startsWith('[') ? authority.lastIndexOf(']') + 1 : 0;
  const colon = authority.indexOf(':', bracket);
  if (colon === -1) return authority;
  const standard = oldScheme === 'https' ? ':443' : ':80';
  const drop = newPort !== '' || (oldScheme !== newScheme && authority.slice(colon) === standard);
  return drop ? authority.slice(0, colon) : authority;
}
