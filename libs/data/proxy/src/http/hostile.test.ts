/** Every hostile message on a real socket: the right status, the rule's name, a close, and nothing reaches the backend. */

import { type Http1Rule, http1Rules } from '@weft/http1';
import { hostileChunks, hostileFields, hostileFraming, hostileHosts, hostileLines } from '@weft/http1/testing';
import { errorTable } from '@weft/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { always, type Backend, connectTo, type Rig, startBackend, startRig } from './testing/rig.ts';
import { makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

const hostile = [...hostileLines, ...hostileFields, ...hostileHosts, ...hostileFraming, ...hostileChunks].flatMap(
  // The connection skips empty lines before a request, which the codec does not take.
  ([what, octets, rule]) =>
    rule === undefined || what === 'an empty line first' ? [] : [[what, octets, rule] as const],
);
let backend: Backend;
let rig: Rig;

beforeAll(async () => {
  backend = await startBackend(always('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  const route = makeRoute(makeForward(makeTarget(makeCluster([makeEndpoint(backend.port)]))));
  rig = await startRig(makeTable(() => route, { codec: 'http1' }));
});

afterAll(async () => {
  await rig.stop();
  backend.stop();
});

describe('a hostile request', () => {
  it.each(hostile)('is refused, never forwarded: %s', async (_, octets, rule: Http1Rule) => {
    const client = await connectTo(rig.port);
    client.send(octets);
    const answer = await client.closed();
    const status = errorTable[http1Rules[rule].code].httpStatus;
    expect(answer.startsWith(`HTTP/1.1 ${status} `), answer).toBe(true);
    expect(answer).toContain(`\r\nx-weft-reason: ${http1Rules[rule].code}; ${rule}: `);
    expect(answer).toContain('\r\nconnection: close\r\n');
    expect(backend.received()).toBe('');
  });

  it('is in the access log with the flag DPE and the rule, but for a missing Host, which has no flag', () => {
    const records = rig.log();
    expect(records.length).toBe(hostile.length);
    expect(new Set(records.map((record) => record['response_flags']))).toEqual(new Set(['DPE', '-']));
    expect(records[0]?.['reason']).toMatch(/^request-line: /);
  });
});
