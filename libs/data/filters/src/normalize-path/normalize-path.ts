/** Path normalisation of the connection manager: before anything matches on the path. */

import type { Exchange, HttpFilter, HttpHandlerTable } from '@weft/data-runtime';
import { canonicalPath, hasEscapedSlash, isCanonical, mergeSlashes, unescapeSlashes } from './normalize.ts';

const details = 'path_normalization_failed';

/**
 * HttpConnectionManager.normalize_path, merge_slashes and path_with_escaped_slashes_action, in Envoy's order: escaped slashes, dot
 * segments, runs of slashes. A path with a fragment is refused whatever is set.
 */
export function createNormalizePath(table: Pick<HttpHandlerTable, 'path'>): HttpFilter {
  const { normalize, mergeSlashes: merge, escapedSlashes } = table.path;
  return {
    name: 'normalize-path',
    onRequest(exchange) {
      const { path } = exchange;
      // CONNECT has no path, OPTIONS may have "*".
      if (path.charCodeAt(0) !== 47) return path === '' || path === '*' || !normalize || refuse(exchange);
      if (path.includes('#') || (exchange.hasQuery && exchange.query.includes('#'))) return refuse(exchange);
      if (isCanonical(path)) return true;
      let result = path;
      let redirect = false;
      if (escapedSlashes !== 'keep' && hasEscapedSlash(path)) {
        if (escapedSlashes === 'reject') return refuse(exchange);
        redirect = escapedSlashes === 'unescape-redirect';
        result = unescapeSlashes(path);
      }
      if (normalize) {
        const canonical = canonicalPath(result);
        if (canonical === undefined) return refuse(exchange);
        result = canonical;
      }
      if (merge) result = mergeSlashes(result);
      exchange.path = result;
      if (!redirect) return true;
      const location = exchange.hasQuery ? `${result}?${exchange.query}` : result;
      exchange.answer(307, ['location', location], '', details);
      return false;
    },
  };
}

function refuse(exchange: Exchange): false {
  exchange.answer(400, [], '', details);
  return false;
}
