/** What answers carry, by what the listener says of `server`, Via and x-envoy headers. */

import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { testExchange } from '../testing/exchange.ts';
import { type AnswerHeadersTable, createAnswerHeaders } from './answer-headers.ts';

const requestId = {
  generate: true,
  preserveExternal: false,
  alwaysSetInResponse: false,
  packTraceReason: true,
  useForTraceSampling: true,
};
const table: AnswerHeadersTable = {
  serverName: 'istio-envoy',
  serverNameMode: 'overwrite',
  suppressEnvoyHeaders: false,
  via: '',
  requestId,
};

function answered(changes: Partial<AnswerHeadersTable>, fields: string[], serviceMs = 3): string[] {
  const exchange = testExchange({ fields: ['x-request-id', 'abc'] });
  exchange.responseFields = ['date', 'd', ...fields];
  exchange.upstreamServiceMs = serviceMs;
  createAnswerHeaders({ clock: createManualClock() }, { ...table, ...changes }).onResponse?.(exchange);
  return exchange.responseFields.slice(2);
}

describe('an answer', () => {
  it('says this proxy’s name and time', () => {
    expect(answered({}, ['server', 'app', 'x-envoy-upstream-service-time', '99', 'a', 'b'])).toEqual([
      'a',
      'b',
      'server',
      'istio-envoy',
      'x-envoy-upstream-service-time',
      '3',
    ]);
    expect(answered({}, [], -1)).toEqual(['server', 'istio-envoy']);
  });

  it('keeps the endpoint’s name where the listener says so', () => {
    expect(answered({ serverNameMode: 'pass' }, ['server', 'app'], -1)).toEqual(['server', 'app']);
    expect(answered({ serverNameMode: 'pass' }, [], -1)).toEqual([]);
    expect(answered({ serverNameMode: 'append' }, ['server', 'app'], -1)).toEqual(['server', 'app']);
    expect(answered({ serverNameMode: 'append' }, [], -1)).toEqual(['server', 'istio-envoy']);
  });

  it('has Via and the request’s id where they are asked for', () => {
    expect(
      answered({ serverNameMode: 'pass', via: 'weft', requestId: { ...requestId, alwaysSetInResponse: true } }, [], -1),
    ).toEqual(['via', 'weft', 'x-request-id', 'abc']);
  });

  it('leaves x-envoy headers alone where they are suppressed', () => {
    const said = ['x-envoy-upstream-service-time', '99'];
    expect(answered({ serverNameMode: 'pass', suppressEnvoyHeaders: true }, said)).toEqual(said);
  });

  it('has a date', () => {
    const exchange = testExchange();
    createAnswerHeaders({ clock: createManualClock() }, table).onResponse?.(exchange);
    expect(exchange.responseFields[0]).toBe('date');
    expect(Number.isNaN(Date.parse(exchange.responseFields[1] as string))).toBe(false);
  });
});
