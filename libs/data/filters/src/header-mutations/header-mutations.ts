/** Headers that routes, virtual hosts, tables and weighted targets set, add and remove. */

import type { Exchange, HttpFilter, HttpHandlerTable } from '@weft/data-runtime';

/**
 * Envoy's order: from the most specific level (the target) to the least, so that the least specific has the last word; the other way round with
 * most_specific_header_mutations_wins. Answers of endpoints, of routes (redirect, direct response) and for endpoints that fail are changed.
 */
export function createHeaderMutations(table: Pick<HttpHandlerTable, 'mostSpecificMutationsWin'>): HttpFilter {
  const targetFirst = !table.mostSpecificMutationsWin;
  return {
    name: 'header-mutations',
    onRequest(exchange) {
      const fields = exchange.request.fields;
      const target = exchange.target?.requestHeaders;
      if (targetFirst && target !== undefined) target(fields, exchange);
      const route = exchange.route?.requestHeaders;
      if (route !== undefined) route(fields, exchange);
      if (!targetFirst && target !== undefined) target(fields, exchange);
      return true;
    },
    onResponse(exchange) {
      if (!isRouters(exchange)) return;
      const fields = exchange.responseFields;
      const target = exchange.target?.responseHeaders;
      if (targetFirst && target !== undefined) target(fields, exchange);
      const route = exchange.route?.responseHeaders;
      if (route !== undefined) route(fields, exchange);
      if (!targetFirst && target !== undefined) target(fields, exchange);
    },
  };
}

/** What a filter answered before a target was chosen is none of the route's. */
function isRouters({ target, route, details }: Exchange): boolean {
  return target !== undefined || (route?.action.kind !== 'forward' && details === 'direct_response');
}
