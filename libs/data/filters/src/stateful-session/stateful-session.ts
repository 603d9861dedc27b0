/** A session stays with the endpoint that began it: envoy.extensions.filters.http.stateful_session.v3. */

import { type Exchange, filterDisabled, type HttpFilter } from '@weft/data-runtime';
import type { SessionState } from './session-state.ts';

export interface StatefulSessionSettings {
  readonly state: SessionState;
  /** Another endpoint will not do: 503. */
  readonly strict: boolean;
}

/** Keys in `exchange.state` that the choice of an endpoint reads: "10.0.0.1:8080", and that only this one will do. */
const overrideHostKey = 'weft.override_host';
const overrideStrictKey = 'weft.override_host_strict';

/** @param settings nothing: only routes have sessions. */
export function createStatefulSession(name: string, settings: StatefulSessionSettings | undefined): HttpFilter {
  const settingsOf = (exchange: Exchange): StatefulSessionSettings | undefined => {
    const own = exchange.filterConfig(name);
    if (own === filterDisabled) return undefined;
    return own === undefined ? settings : (own as StatefulSessionSettings);
  };
  return {
    name,
    onRequest(exchange) {
      const session = settingsOf(exchange);
      const hostPort = session?.state.read(exchange);
      if (session === undefined || hostPort === undefined) return true;
      exchange.state.set(overrideHostKey, hostPort);
      if (session.strict) exchange.state.set(overrideStrictKey, true);
      return true;
    },
    onResponse(exchange) {
      const { endpoint } = exchange;
      if (endpoint === undefined) return;
      const session = settingsOf(exchange);
      if (session === undefined || exchange.state.get(overrideHostKey) === endpoint.hostPort) return;
      session.state.write(exchange, endpoint.hostPort);
    },
  };
}
