/** Which route takes the request, what it rewrites, and the answers that routes give themselves. */

import { type ForwardAction, type Route, type RouteTable, requestOf } from '@weft/data-runtime';
import { describeProvenance } from '@weft/kernel';
import type { HttpExchange } from '../exchange.ts';
import type { HttpStage } from '../path.ts';

/** The decision; `dispatch` acts on it below the filters, which may ask for another. */
export function createRouteStage(): HttpStage {
  return { name: 'route', onRequest: decide };
}

/** What the route says is done: an answer of its own, or the choice of a cluster. */
export function createDispatchStage(): HttpStage {
  return {
    name: 'dispatch',
    onRequest(exchange) {
      if (exchange.route === undefined && !chooseRoute(exchange)) return false;
      return dispatch(exchange, exchange.route as unknown as Route);
    },
  };
}

/** Filters see a request without a route, too: Envoy answers 404 in the router. */
function decide(exchange: HttpExchange): boolean {
  match(exchange);
  return true;
}

/** @returns false: there is none, and the exchange was ended. */
export function chooseRoute(exchange: HttpExchange): boolean {
  if (match(exchange) !== undefined) return true;
  const table = exchange.context.table.routes.current;
  exchange.fail('no_route', 'route_not_found', whyNoRoute(table, exchange.authority));
  return false;
}

function match(exchange: HttpExchange): Route | undefined {
  const { context } = exchange;
  exchange.target = undefined;
  const found = context.table.routes.current?.match(requestOf(exchange), exchange, context.random);
  const route = found === undefined || found.connect !== (exchange.method === 'CONNECT') ? undefined : found;
  exchange.route = route;
  if (route?.action.kind === 'forward') exchange.target = route.action.pick(context.random, requestOf(exchange));
  exchange.cluster = exchange.target?.cluster.current;
  return route;
}

/** Names the virtual host that has no route for the request, or the table that has no virtual host for it. */
function whyNoRoute(table: RouteTable | undefined, authority: string): string {
  if (table === undefined) return 'no route table yet';
  const host = table.virtualHostOf(authority);
  if (host === undefined) return `no virtual host in ${table.name}`;
  return `no route in virtual host ${host.name} of ${table.name}; ${describeProvenance(host.from)}`;
}

function dispatch(exchange: HttpExchange, route: Route): boolean {
  const { action } = route;
  if (action.kind === 'forward') return forward(exchange, action);
  exchange.reason = describeProvenance(route.from);
  if (action.kind === 'redirect') {
    exchange.answer(action.status, ['location', action.location(exchange)], '', 'direct_response');
  } else {
    // Envoy's word for what was made, and for what is elsewhere.
    const isElsewhere = action.status === 201 || (action.status >= 300 && action.status < 400);
    const fields = isElsewhere ? ['location', ownUrl(exchange)] : [];
    exchange.answerGrpc(action.status, -1, action.octets ?? action.body, fields, 'direct_response');
  }
  return false;
}

function forward(exchange: HttpExchange, action: ForwardAction): boolean {
  const { request, target } = exchange;
  if (exchange.cluster === undefined) {
    const reason = target === undefined ? '' : describeProvenance(target.from);
    exchange.failWith('no_cluster', action.clusterNotFoundStatus, '', 'cluster_not_found', reason);
    return false;
  }
  const connect = exchange.method === 'CONNECT';
  if ((connect || request.upgrade !== '') && !mayUpgrade(exchange, action, connect ? 'connect' : request.upgrade))
    return false;
  return true;
}

/** Envoy refuses an upgrade that neither the listener nor the route allows. */
function mayUpgrade(exchange: HttpExchange, action: ForwardAction, asked: string): boolean {
  const type = asked.toLowerCase();
  const allowed = action.upgrades?.get(type) ?? exchange.context.table.upgrades.has(type);
  if (!allowed) exchange.answer(403, [], '', 'upgrade_failed');
  return allowed;
}

function ownUrl({ scheme, authority, path, query, hasQuery }: HttpExchange): string {
  return `${scheme}://${authority}${path}${hasQuery ? `?${query}` : ''}`;
}
