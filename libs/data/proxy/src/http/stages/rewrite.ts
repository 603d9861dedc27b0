/** What a route makes of authority and path, when all others have seen them as they came. */

import type { ForwardAction } from '@weft/data-runtime';
import { set } from '../attempts/outgoing-request.ts';
import type { HttpExchange } from '../exchange.ts';
import type { HttpStage } from '../path.ts';

/** Envoy's finalizeRequestHeaders: the authority first, then the path. */
export function createRewriteStage(): HttpStage {
  return {
    name: 'rewrite',
    onRequest(exchange) {
      const action = exchange.route?.action;
      if (action?.kind === 'forward') {
        rewriteAuthority(exchange, action);
        rewritePath(exchange, action);
      }
      return true;
    },
  };
}

/** A weighted cluster's host first, which the route's then replaces: what is told of the host before is that of the cluster. */
function rewriteAuthority(exchange: HttpExchange, action: ForwardAction): void {
  const ofTarget = exchange.target?.rewriteAuthority;
  if (ofTarget !== undefined) exchange.authority = ofTarget;
  const authority = action.rewriteAuthority?.(exchange);
  if (authority === undefined) return;
  const { fields } = exchange.request;
  if (action.appendForwardedHost) addForwardedHost(fields, exchange.authority);
  if (!exchange.context.table.suppressEnvoyHeaders) set(fields, 'x-envoy-original-host', exchange.authority);
  exchange.authority = authority;
}

function rewritePath(exchange: HttpExchange, action: ForwardAction): void {
  if (action.rewritePath === undefined) return;
  const path = action.rewritePath(exchange.path, exchange);
  const { path: old, query, hasQuery, request, context } = exchange;
  if (!context.table.suppressEnvoyHeaders)
    set(request.fields, 'x-envoy-original-path', hasQuery ? `${old}?${query}` : old);
  exchange.path = path;
}

function addForwardedHost(fields: string[], host: string): void {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== 'x-forwarded-host') continue;
    fields[i + 1] = `${fields[i + 1] as string},${host}`;
    return;
  }
  fields.push('x-forwarded-host', host);
}
