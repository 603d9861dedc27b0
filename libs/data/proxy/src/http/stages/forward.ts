/** The last stage: the attempts at endpoints. */

import type { HttpStage } from '../path.ts';

export function createForwardStage(): HttpStage {
  return {
    name: 'forward',
    onRequest(exchange) {
      const action = exchange.route?.action;
      if (action?.kind === 'forward') exchange.runner.start(action);
      return false;
    },
  };
}
