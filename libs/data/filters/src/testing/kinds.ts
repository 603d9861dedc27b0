/** A filter made from the JSON of its message, for tests of one filter. */

import { type DescMessage, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { ForwardAction, HttpFilter, HttpFilterKind, RateLimitRule, Route } from '@weft/data-runtime';
import type { TestExchange } from './exchange.ts';

const clusterRef = () => ({ current: undefined });

export function packJson(schema: DescMessage, json: JsonValue): Any {
  return anyPack(schema, fromJson(schema, json));
}

/** @throws where the filter does nothing. */
export function compileJson(kind: HttpFilterKind, json: JsonValue): HttpFilter {
  const context = { clusterRef, direction: 'inbound', statPrefix: 'p' } as const;
  const filter = kind.compile(packJson(kind.schema, json), 'f', context, 'test');
  if (filter === undefined) throw new Error('the filter does nothing');
  return filter;
}

/** What `filterConfig` gives for the JSON of a route's message. */
export function compileRouteJson(kind: HttpFilterKind, json: JsonValue): unknown {
  return kind.compilePerRoute?.(packJson(kind.perRouteSchema ?? kind.schema, json), { clusterRef }, 'test');
}

/** Makes the exchange's filter configuration the same for every filter. */
export function withRouteConfig(exchange: TestExchange, config: unknown): TestExchange {
  exchange.filterConfig = () => config;
  return exchange;
}

/** A descriptor of a request header: [key, value of the header], of several where several pairs are given. */
export function headerRule(...pairs: readonly (readonly [header: string, key: string])[]): RateLimitRule {
  return {
    stage: 0,
    descriptor(exchange) {
      const flat: string[] = [];
      for (const [header, key] of pairs) {
        const value = exchange.request.header(header);
        if (value === undefined) return undefined;
        flat.push(key, value);
      }
      return flat;
    },
  };
}

/** A route that forwards, with rate limits. */
export function limitedRoute(own: readonly RateLimitRule[], ofHost: readonly RateLimitRule[] = []): Route {
  const action: Pick<ForwardAction, 'kind' | 'rateLimits' | 'routeRateLimits' | 'virtualHostRateLimits'> = {
    kind: 'forward',
    rateLimits: own.length === 0 ? ofHost : own,
    routeRateLimits: own,
    virtualHostRateLimits: ofHost,
  };
  return { action } as unknown as Route;
}
