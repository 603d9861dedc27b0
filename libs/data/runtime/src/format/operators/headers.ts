/** REQ, RESP, TRAILER, PATH, QUERY_PARAM: what a message says. */

import { refuse } from '../../check/refuse.ts';
import type { Exchange } from '../../exchange.ts';
import { type CreateOperand, filled, type Operand, text } from '../operand.ts';

type Read = (exchange: Exchange) => string | undefined;

const original = 'x-envoy-original-path';

/** Headers that are another with each message. */
const changing = new Set([
  ':path',
  original,
  'x-request-id',
  'traceparent',
  'x-b3-spanid',
  'x-envoy-upstream-service-time',
  'date',
]);

export const headerOperators: Readonly<Record<string, CreateOperand>> = {
  REQ: (argument, where) => alternatives(argument, where, requestField),
  REQ_WITHOUT_QUERY: (argument, where) => {
    const { read } = alternatives(argument, where, requestField) as { read: Read };
    return text((exchange) => {
      const value = read(exchange);
      const mark = value === undefined ? -1 : value.indexOf('?');
      return mark < 0 ? value : value?.slice(0, mark);
    });
  },
  RESP: (argument, where) => alternatives(argument, where, responseField),
  TRAILER: (argument, where) =>
    alternatives(argument, where, (name) => (exchange) => first(exchange.responseTrailers, name)),
  PATH: pathOperand,
  QUERY_PARAM: (argument, where) => {
    if (argument === undefined || argument === '') refuse(where, 'QUERY_PARAM needs a name');
    const prefix = `${argument}=`;
    return text((exchange) => {
      for (const pair of exchange.query.split('&')) {
        if (pair.startsWith(prefix)) return pair.slice(prefix.length);
        if (pair === argument) return '';
      }
      return undefined;
    });
  },
};

/** "X?Y": Y where X is missing. */
function alternatives(argument: string | undefined, where: string, field: (name: string) => Read | undefined): Operand {
  const names = (argument ?? '').toLowerCase().split('?');
  const [name = '', other] = names;
  if (name === '' || names.length > 2 || other === '') refuse(where, `format: "${argument ?? ''}" is no header`);
  // What Istio logs as the path: as it came, whether or not it was rewritten.
  if (name === original && other === ':path')
    return text((exchange) => first(exchange.request.fields, original) ?? cameAs(exchange), 'always');
  const read = field(name) ?? refuse(where, `format: header ${name} is not supported`);
  const change = changing.has(name) ? 'always' : 'seldom';
  if (other === undefined) return text(read, change);
  const readOther = field(other) ?? refuse(where, `format: header ${other} is not supported`);
  return text((exchange) => read(exchange) ?? readOther(exchange), change);
}

function requestField(name: string): Read | undefined {
  switch (name) {
    case ':method':
      return (exchange) => filled(exchange.method);
    case ':path':
      return (exchange) => pathOf(exchange);
    case ':authority':
    case 'host':
      return (exchange) => filled(exchange.authority);
    case ':scheme':
      return (exchange) => filled(exchange.scheme);
    case ':protocol':
      return (exchange) => filled(exchange.request.upgrade);
    default:
      return name.startsWith(':') ? undefined : (exchange) => first(exchange.request.fields, name);
  }
}

function responseField(name: string): Read | undefined {
  if (name === ':status') return (exchange) => (exchange.status === 0 ? undefined : String(exchange.status));
  return name.startsWith(':') ? undefined : (exchange) => first(exchange.responseFields, name);
}

function pathOperand(argument: string | undefined, where: string): Operand {
  const [query = 'WQ', which = 'ORIG_OR_PATH', rest] = (argument ?? '').split(':').map((word) => word || undefined);
  if (rest !== undefined || !['WQ', 'NQ'].includes(query) || !['ORIG', 'PATH', 'ORIG_OR_PATH'].includes(which))
    refuse(where, `format: PATH(${argument ?? ''}) is not supported`);
  const read = (exchange: Exchange): string | undefined => {
    if (which === 'PATH') return pathOf(exchange);
    const said = first(exchange.request.fields, original);
    return said ?? (which === 'ORIG' ? undefined : cameAs(exchange));
  };
  if (query === 'WQ') return text(read, 'always');
  return text((exchange) => read(exchange)?.replace(/\?.*$/s, ''));
}

function pathOf(exchange: Exchange): string | undefined {
  if (exchange.path === '') return undefined;
  return exchange.hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
}

function cameAs(exchange: Exchange): string | undefined {
  const { request } = exchange;
  if (request.path === '') return undefined;
  return request.hasQuery ? `${request.path}?${request.query}` : request.path;
}

/** Envoy takes the first field of a name. */
function first(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
  return undefined;
}
