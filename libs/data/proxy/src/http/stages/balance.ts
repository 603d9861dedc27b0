/** From the target's cluster to one endpoint. */

import type { HttpStage } from '../path.ts';

export function createBalanceStage(): HttpStage {
  return { name: 'balance', onRequest: (exchange) => exchange.runner.choice.pick() };
}
