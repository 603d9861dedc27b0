/** What a listener takes of heads, whatever codec read them: names with "_", ports and dots of hosts, the scheme. */

import type { HttpHandlerTable } from '@weft/data-runtime';
import type { HttpExchange } from '../exchange.ts';
import type { HttpStage } from '../path.ts';

export function createHeadRules(
  table: Pick<HttpHandlerTable, 'underscores' | 'stripPort' | 'stripTrailingHostDot' | 'schemeOverwrite'>,
): HttpStage {
  const { underscores, stripPort, stripTrailingHostDot, schemeOverwrite } = table;
  const plain = underscores === 'allow' && stripPort === 'none' && !stripTrailingHostDot && schemeOverwrite === '';
  return {
    name: 'head-rules',
    onRequest(exchange) {
      // "OPTIONS *" asks for no resource: Envoy has no route for it.
      if (exchange.path === '*') {
        exchange.answer(404, [], '', 'absolute_path_rejected');
        return false;
      }
      if (plain) return true;
      if (underscores !== 'allow' && !checkNames(exchange, underscores)) return false;
      if (stripPort !== 'none' && exchange.method !== 'CONNECT') strip(exchange, stripPort);
      if (stripTrailingHostDot) exchange.authority = withoutDot(exchange.authority);
      if (schemeOverwrite !== '') exchange.scheme = schemeOverwrite;
      return true;
    },
  };
}

function checkNames(exchange: HttpExchange, underscores: 'reject' | 'drop'): boolean {
  const { fields } = exchange.request;
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.includes('_')) {
      if (underscores === 'drop') continue;
      const codec = exchange.request.protocol === 'HTTP/2' ? 'http2' : 'http1';
      const detail = `${codec}.unexpected_underscore`;
      exchange.failWith('http_malformed', 400, 'Bad Request', detail, 'a field name has "_"');
      return false;
    }
    fields[kept] = name;
    fields[kept + 1] = fields[i + 1] as string;
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
  return true;
}

function strip(exchange: HttpExchange, which: 'any' | 'matching'): void {
  const { authority, connection } = exchange;
  const colon = authority.lastIndexOf(':');
  if (colon < 0 || colon < authority.lastIndexOf(']')) return;
  const own = connection.localAddress.slice(connection.localAddress.lastIndexOf(':'));
  if (which === 'any' || authority.slice(colon) === own) exchange.authority = authority.slice(0, colon);
}

/** "a.test." and "a.test.:80". */
function withoutDot(authority: string): string {
  return authority.replace(/\.(?=$|:[0-9]+$)/, '');
}
