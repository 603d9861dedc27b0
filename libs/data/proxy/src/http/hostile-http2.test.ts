/** Every hostile conversation of HTTP/2 on a real socket: the error that RFC 9113 asks for, and the proxy serves on. */

import { connect } from 'node:net';
import {
  hostileBlocks,
  hostileFields,
  hostileFrames,
  hostilePseudoHeaders,
  type Outcome,
  opening,
  outcomeOf,
} from '@weft/http2/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectHttp2, type Http2Backend, startHttp2Backend } from './testing/http2-peers.ts';
import { type Rig, startRig } from './testing/rig.ts';
import { http2, makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './testing/tables.ts';

/** What differs from a server that answers before it reads on: its answer is still to come, or there is no route for it. */
const elsewhere: { readonly [what: string]: Outcome } = {
  'HEADERS on a stream that ended': { kind: 'stream', code: 5 },
  'DATA on a stream that ended': { kind: 'stream', code: 5 },
  CONNECT: { kind: 'refused', code: 0 },
  // No resource is asked for: 404.
  'an asterisk for OPTIONS': { kind: 'refused', code: 0 },
};

const table = [...hostileFrames, ...hostilePseudoHeaders, ...hostileFields, ...hostileBlocks].map(
  ([what, octets, outcome]) => [what, octets, elsewhere[what] ?? outcome] as const,
);
let backend: Http2Backend;
let rig: Rig;

beforeAll(async () => {
  backend = await startHttp2Backend((stream) => {
    stream.resume();
    stream.on('end', () => {
      if (!stream.destroyed) stream.respond({ ':status': 200 }, { endStream: true });
    });
  });
  const cluster = makeCluster([makeEndpoint(backend.port)], { http: http2 });
  const route = makeRoute(makeForward(makeTarget(cluster)));
  rig = await startRig(makeTable(() => route));
});

afterAll(async () => {
  await rig.stop();
  backend.stop();
});

describe('a hostile conversation', () => {
  it.each(table)('is answered as it must be: %s', async (_, octets, expected) => {
    const socket = connect(rig.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('error', () => {});
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.write(Buffer.concat([opening(), ...octets]));
    await expect.poll(() => outcomeOf(Buffer.concat(parts)), { interval: 1, timeout: 4_000 }).toEqual(expected);
    socket.destroy();
  });

  it('leaves others alone', async () => {
    const client = await connectHttp2(rig.port);
    expect(await client.ask({ ':path': '/' })).toMatchObject({ status: 200 });
    client.stop();
  });
});
