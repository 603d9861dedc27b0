/** `/listeners`: what is listened on. */

import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer, type SideRequest, text } from '../side-server.ts';

export function listenersPage(view: AdminView, request: SideRequest): SideAnswer {
  const states = view.listenerStates();
  if (request.query.get('format') !== 'json') {
    const lines = states.map(({ name, address, state, error }) => {
      return state === 'listening' ? `${name}::${address}\n` : `${name}::${address} ${state}: ${error ?? ''}\n`;
    });
    return text(200, lines.join(''));
  }
  return json(200, {
    listener_statuses: states.map(({ name, address, state, error, connections, from }) => ({
      name,
      local_address: { socket_address: socketAddress(address) },
      state,
      ...(error === undefined ? {} : { error }),
      connections,
      from,
    })),
  });
}

function socketAddress(address: string): { address: string; port_value: number } {
  const colon = address.lastIndexOf(':');
  return { address: address.slice(0, colon).replace(/^\[|\]$/g, ''), port_value: Number(address.slice(colon + 1)) };
}
