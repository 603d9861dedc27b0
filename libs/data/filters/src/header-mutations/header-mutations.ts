/** Headers that routes and their targets set, add and remove. */

import type { HttpFilter } from '../filter.ts';
import { applyMutation } from './apply.ts';

/** The route's mutation first, then the target's, in both directions (Istio: route level, then destination level). */
export function createHeaderMutations(): HttpFilter {
  return {
    name: 'header-mutations',
    onRequest(exchange) {
      const route = exchange.route?.requestHeaders;
      if (route !== undefined) applyMutation(exchange.request.fields, route);
      const target = exchange.target?.requestHeaders;
      if (target !== undefined) applyMutation(exchange.request.fields, target);
      return true;
    },
    onResponse(exchange) {
      const route = exchange.route?.responseHeaders;
      if (route !== undefined) applyMutation(exchange.responseFields, route);
      const target = exchange.target?.responseHeaders;
      if (target !== undefined) applyMutation(exchange.responseFields, target);
    },
  };
}
