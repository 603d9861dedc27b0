/** The end of a path: a connection of the pool, secured by it where the endpoint wants that, and the request on it. */

import type { HttpStage } from '../path.ts';

/** Tunnels take a connection of their own. */
export function createForwardStage(): HttpStage {
  return {
    name: 'forward',
    onRequest(exchange) {
      const { cluster, endpoint, request } = exchange;
      if (cluster === undefined || endpoint === undefined) return false;
      exchange.forward(cluster, endpoint, request.method === 'CONNECT' || request.upgrade !== '');
      return false;
    },
  };
}
