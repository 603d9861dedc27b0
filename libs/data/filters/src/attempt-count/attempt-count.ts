/** x-envoy-attempt-count: which attempt at an endpoint this is, where the virtual host asks for it. */

import type { HttpFilter } from '@weft/data-runtime';
import { setField } from '../fields.ts';

/** Says 1 before the first attempt, whatever the client says; who retries counts it up in the same field. */
export function createAttemptCount(): HttpFilter {
  return {
    name: 'attempt-count',
    onRequest(exchange) {
      setField(exchange.request.fields, 'x-envoy-attempt-count', '1');
      return true;
    },
  };
}
