/** Redirects that this proxy follows itself (internal_redirect_policy). */

import type { InternalRedirect, RouteRequest } from '@weft/data-runtime';
import type { ResponseHead } from '@weft/http';
import type { HttpExchange } from '../exchange.ts';
import { remove, set } from './outgoing-request.ts';

/** Changes the request to what the answer's Location names. @returns false: the answer goes to the client. */
export function followRedirect(exchange: HttpExchange, policy: InternalRedirect, head: ResponseHead): boolean {
  if (!policy.statusCodes.includes(head.status) || exchange.redirects >= policy.redirectsMax) return false;
  const { request, outgoing } = exchange;
  if (!outgoing.ended || !outgoing.repeatable || outgoing.trailers !== undefined) return false;
  const location = parse(head.header('location'));
  if (location === undefined) return false;
  if (location.scheme !== exchange.scheme && !policy.allowCrossScheme) return false;
  if (policy.safeCrossScheme && exchange.scheme !== 'https' && location.scheme === 'https') return false;
  if (!takenSomewhere(exchange, location)) return false;
  exchange.endRound(head);
  const original = `${exchange.scheme}://${request.authority}${request.path}${request.hasQuery ? `?${request.query}` : ''}`;
  set(request.fields, 'x-envoy-original-url', original);
  if (head.status === 303 && request.method !== 'GET' && request.method !== 'HEAD') {
    request.method = 'GET';
    request.framing = 'none';
    remove(request.fields, 'content-length');
    outgoing.forgetBody();
  }
  for (const name of policy.fieldsToCopy) copyField(head.fields, request.fields, name);
  request.scheme = location.scheme;
  request.authority = location.authority;
  request.path = location.path;
  request.query = location.query;
  request.hasQuery = location.query !== '';
  exchange.redirects += 1;
  return true;
}

function copyField(from: readonly string[], to: string[], name: string): void {
  remove(to, name);
  for (let i = 0; i < from.length; i += 2) if (from[i] === name) to.push(name, from[i + 1] as string);
}

interface Location {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** Absolute, as Envoy wants it; nothing for what is not. */
function parse(location: string | undefined): Location | undefined {
  if (location === undefined || !URL.canParse(location)) return undefined;
  const url = new URL(location);
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'http' && scheme !== 'https') return undefined;
  return { scheme, authority: url.host, path: url.pathname, query: url.search.slice(1) };
}

/** The fields of the request, addressed to the new place: what routes match. */
function takenSomewhere(exchange: HttpExchange, { authority, path, query, scheme }: Location): boolean {
  const { request, context } = exchange;
  const asked: RouteRequest = {
    method: exchange.method,
    authority,
    path,
    query,
    scheme,
    header: (name) => (name === 'host' ? authority : request.header(name)),
  };
  return context.table.routes.current?.match(asked, exchange, context.random) !== undefined;
}
