/** Recorded conversations, both directions, cut at every octet: each end hears the same. */

import { describe, expect, it } from 'vitest';
import { createHttp2Client } from './connection.ts';
import { ask, openPair } from './testing/ends.ts';
import { block, frame, opening, setting } from './testing/octets.ts';
import { ConnectionRecorder } from './testing/recorder.ts';
import { serverTranscript, Wire } from './testing/transcript.ts';

const requests: readonly { method: string; fields: readonly string[]; body: string; upgrade?: string }[] = [
  { method: 'GET', fields: ['x-a', '1', 'cookie', 'a=b'], body: '' },
  { method: 'POST', fields: ['content-length', '11', 'te', 'trailers'], body: 'hello world' },
  { method: 'POST', fields: ['x-long', 'v'.repeat(300)], body: 'chunks of a body'.repeat(20) },
  { method: 'HEAD', fields: ['x-a', '1'], body: '' },
  { method: 'GET', fields: [], body: 'frames', upgrade: 'websocket' },
];

/** Asks all of them; the server answers with 103, fields, a body and trailers. @returns what each side sent. */
function converse(): { toServer: Buffer; toClient: Buffer } {
  const { client, server, settle } = openPair({}, { extendedConnect: true });
  const sent: { toServer: Buffer[]; toClient: Buffer[] } = { toServer: [], toClient: [] };
  record(client.wire, sent.toServer);
  record(server.wire, sent.toClient);
  for (const { method, fields, body, upgrade = '' } of requests) {
    const { stream } = ask(client.connection, { method, fields, upgrade }, body === '');
    if (body !== '') stream.text(body, true);
  }
  settle();
  for (const { stream, head } of server.recorder.requests) {
    stream.respond(103, ['link', '</a>'], false);
    stream.respond(head.upgrade === '' ? 200 : 101, ['x-path', head.path], head.method === 'HEAD');
    if (head.method === 'HEAD') continue;
    stream.text(`answer ${stream.id}`, false);
    stream.trailers(['x-sum', '1']);
  }
  server.connection.shutdown();
  settle();
  return { toServer: Buffer.concat(sent.toServer), toClient: Buffer.concat(sent.toClient) };
}

/** Keeps a copy of what leaves by a wire. */
function record(wire: Wire, into: Buffer[]): void {
  const take = wire.sent.splice.bind(wire.sent);
  wire.sent.splice = (...range: [number]) => {
    const taken = take(...range);
    into.push(...taken);
    return taken;
  };
}

/** What a client with the same open requests hears of `octets`. */
function clientTranscript(octets: Buffer, cuts: readonly number[]): string {
  const recorder = new ConnectionRecorder();
  const client = createHttp2Client({ ...new Wire().options(), sink: recorder });
  client.receive(frame(4, 0, 0, setting(8, 1)));
  const streams = requests.map(({ method, fields, body, upgrade = '' }) => {
    const { stream, recorder: heard } = ask(client, { method, fields, upgrade }, body === '');
    if (body !== '') stream.text(body, true);
    return heard;
  });
  client.flush();
  let from = 0;
  for (const cut of [...cuts, octets.length]) {
    client.receive(octets.subarray(from, cut));
    from = cut;
  }
  const heard = streams.map(({ head, text, trailers, ended, reset, informational }) => ({
    ...{ head, text, trailers, ended, reset, informational },
  }));
  return JSON.stringify([heard, recorder.goaways, recorder.closed]);
}

describe('a recorded conversation', () => {
  const { toServer, toClient } = converse();

  it('is heard by the server the same, cut at every octet', () => {
    const octets = Buffer.concat([opening(), toServer]);
    const whole = serverTranscript(octets, []);
    expect(whole.heard.match(/body/g)?.length).toBeGreaterThanOrEqual(requests.length);
    for (let cut = 1; cut < octets.length; cut += 1) {
      expect(serverTranscript(octets, [cut]), `cut at ${cut}`).toEqual(whole);
    }
  });

  it('is heard by the client the same, cut at every octet', () => {
    const whole = clientTranscript(toClient, []);
    expect(JSON.parse(whole)[0].map(({ ended }: { ended: boolean }) => ended)).toEqual(requests.map(() => true));
    for (let cut = 1; cut < toClient.length; cut += 1) {
      expect(clientTranscript(toClient, [cut]), `cut at ${cut}`).toBe(whole);
    }
    const everywhere = Array.from({ length: toClient.length - 1 }, (_, i) => i + 1);
    expect(clientTranscript(toClient, everywhere)).toBe(whole);
  });

  it('padding and CONTINUATION of an answer change nothing', () => {
    const answer = block(':status', '200', 'x-a', '1');
    const plain = Buffer.concat([frame(1, 4, 1, answer), frame(0, 1, 1, 'body')]);
    const odd = Buffer.concat([
      frame(1, 8, 1, `\x02${answer.slice(0, 4)}\0\0`),
      frame(9, 4, 1, answer.slice(4)),
      frame(0, 9, 1, '\x05body\0\0\0\0\0'),
    ]);
    expect(clientTranscript(odd, []).replaceAll(/"bytes":\d+/g, '')).toBe(
      clientTranscript(plain, []).replaceAll(/"bytes":\d+/g, ''),
    );
  });
});
