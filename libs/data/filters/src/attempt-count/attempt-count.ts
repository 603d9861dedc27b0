/** x-envoy-attempt-count: which attempt at the endpoint this is. */

import { setField } from '../fields.ts';
import type { HttpFilter } from '../filter.ts';

/** Says 1, whatever the client says: a path makes one attempt as long as there are no retries. */
export function createAttemptCount(): HttpFilter {
  return {
    name: 'attempt-count',
    onRequest(exchange) {
      setField(exchange.request.fields, 'x-envoy-attempt-count', '1');
      return true;
    },
  };
}
