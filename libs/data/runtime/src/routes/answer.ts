/** The actions that answer without an upstream: redirects and direct responses. */

import {
  type DirectResponseAction,
  RedirectAction_RedirectResponseCode as ResponseCode,
  type RedirectAction as XdsRedirect,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { directResponseBytesMax } from '../limits.ts';
import type { DirectAction, RedirectAction, RouteRequest } from '../tables.ts';
import { prefixRewrite } from './forward.ts';
import { compileReplace } from './regex.ts';
import type { PathShape } from './request-test.ts';

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
  const port = action.portRedirect === 0 ? '' : `:${action.portRedirect}`;
  const target = compileTarget(action, shape, where);
  return {
    kind: 'redirect',
    status,
    location(request, scheme) {
      const to = newScheme ?? scheme;
      const host = action.hostRedirect === '' ? keptHost(request.authority, scheme, to, port) : action.hostRedirect;
      return `${to}://${host}${port}${target(request)}`;
    },
  };
}

export function compileDirect(action: DirectResponseAction, where: string): DirectAction {
  if (action.status < 200 || action.status > 599) refuse(where, `direct_response.status ${action.status}`);
  const body = action.body?.specifier;
  let text = '';
  if (body?.case === 'inlineString') text = body.value;
  else if (body?.case === 'inlineBytes') text = Buffer.from(body.value).toString();
  if (Buffer.byteLength(text) > directResponseBytesMax) {
    refuse(where, `direct_response.body is over ${directResponseBytesMax} bytes`);
  }
  return { kind: 'direct', status: action.status, body: text };
}

function redirectScheme(action: XdsRedirect, where: string): string | undefined {
  const specifier = action.schemeRewriteSpecifier;
  if (specifier.case === 'httpsRedirect') return specifier.value ? 'https' : undefined;
  if (specifier.case === undefined || specifier.value === '') return undefined;
  if (!/^[a-z][a-z0-9+.-]*$/i.test(specifier.value)) refuse(where, 'redirect.scheme_redirect is no scheme');
  return specifier.value;
}

function compileTarget(action: XdsRedirect, shape: PathShape, where: string): (request: RouteRequest) => string {
  const { stripQuery, pathRewriteSpecifier: specifier } = action;
  const queryOf = (request: RouteRequest): string => (stripQuery || request.query === '' ? '' : `?${request.query}`);
  switch (specifier.case) {
    case 'pathRedirect': {
      const path = specifier.value;
      // A query of the redirect's own takes precedence and is never stripped.
      return path.includes('?') ? () => path : (request) => path + queryOf(request);
    }
    case 'prefixRewrite': {
      const rewrite = prefixRewrite(specifier.value, shape);
      return (request) => rewrite(request.path) + queryOf(request);
    }
    case 'regexRewrite': {
      const replace = compileReplace(specifier.value.pattern, specifier.value.substitution, where);
      return (request) => replace(request.path) + queryOf(request);
    }
    default:
      return (request) => request.path + queryOf(request);
  }
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
