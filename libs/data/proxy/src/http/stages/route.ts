/** Which route takes the request, what it rewrites, and the answers that routes give themselves. */

import type { ForwardAction, Route, RouteTable } from '@weft/data-runtime';
import { describeProvenance, type Random } from '@weft/kernel';
import type { HttpExchange } from '../exchange.ts';
import type { HttpStage } from '../path.ts';

export function createRouteStage(random: Random): HttpStage {
  return {
    name: 'route',
    onRequest(exchange) {
      const { request } = exchange;
      const table = exchange.host.table.routes.current;
      const route = table?.match(request);
      if (route === undefined || route.connect !== (request.method === 'CONNECT')) {
        exchange.fail('no_route', 'route_not_found', whyNoRoute(table, request.authority));
        return false;
      }
      exchange.route = route;
      const { action } = route;
      if (action.kind === 'forward') return forward(exchange, action, random);
      answer(exchange, route, action);
      return false;
    },
  };
}

/** Names the virtual host that has no route for the request, or the table that has no virtual host for it. */
function whyNoRoute(table: RouteTable | undefined, authority: string): string {
  if (table === undefined) return 'no route table yet';
  const host = table.virtualHostOf(authority);
  if (host === undefined) return `no virtual host in ${table.name}`;
  return `no route in virtual host ${host.name} of ${table.name}; ${describeProvenance(host.from)}`;
}

function forward(exchange: HttpExchange, action: ForwardAction, random: Random): boolean {
  exchange.target = action.pick(random);
  exchange.timeoutMs = action.timeoutMs;
  if (action.rewritePath !== undefined) {
    const path = action.rewritePath(exchange.request.path);
    if (path !== exchange.request.path) {
      exchange.request.fields.push('x-envoy-original-path', exchange.request.path);
      exchange.path = path;
    }
  }
  if (action.rewriteAuthority !== undefined) exchange.authority = action.rewriteAuthority;
  return true;
}

function answer(exchange: HttpExchange, route: Route, action: Exclude<Route['action'], ForwardAction>): void {
  exchange.reason = describeProvenance(route.from);
  if (action.kind === 'redirect') {
    const scheme = exchange.connection.tls && exchange.connection.direction === 'gateway' ? 'https' : 'http';
    const location = action.location(exchange.request, scheme);
    exchange.answer(action.status, ['location', location, 'x-weft-reason', exchange.reason], '', 'direct_response');
  } else exchange.answer(action.status, ['x-weft-reason', exchange.reason], action.body, 'direct_response');
}
