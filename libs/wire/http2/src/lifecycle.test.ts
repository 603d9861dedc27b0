/** How connections and streams end: GOAWAY in two steps, resets, failures, and what may be sent again. */

import { describe, expect, it } from 'vitest';
import { createHttp2Client } from './connection.ts';
import { http2Limits } from './limits.ts';
import { ClosedStreams, ENDED, UNKNOWN } from './streams/closed-streams.ts';
import { ask, framesOf, openPair, openServer } from './testing/ends.ts';
import { block, frame, opening, request, setting, uint32 } from './testing/octets.ts';
import { ConnectionRecorder } from './testing/recorder.ts';
import { Wire } from './testing/transcript.ts';

const goaways = (octets: Buffer) =>
  framesOf(octets, 7).map(({ payload }) => [payload.readUInt32BE(0), payload.readUInt32BE(4)] as const);

describe('a graceful end', () => {
  it('of a server: the highest id first, then the real one; what was open finishes', () => {
    const end = openServer();
    end.connection.receive(request(1));
    end.connection.shutdown();
    end.connection.receive(request(3));
    end.connection.drained();
    end.connection.receive(request(5));
    end.connection.flush();
    expect(goaways(end.wire.octets)).toEqual([
      [0x7fff_ffff, 0],
      [3, 0],
    ]);
    expect(end.recorder.requests.map(({ stream }) => stream.id)).toEqual([1, 3]);
    expect(framesOf(end.wire.octets, 3).map(({ id, payload }) => [id, payload[3]])).toEqual([[5, 7]]);
    for (const { stream } of end.recorder.requests) stream.respond(204, [], true);
    expect(end.recorder.closed).toBeUndefined();
    end.connection.flush();
    expect(end.recorder.closed).toEqual({ errorCode: 0, reason: '' });
    expect(end.wire.closed).toBe(false);
  });

  it('tells a client, which opens no more streams and closes when its last one ended', () => {
    const { client, server, settle } = openPair();
    const { recorder } = ask(client.connection);
    settle();
    server.connection.shutdown();
    settle();
    expect(client.recorder.goaways).toEqual([0]);
    expect(client.connection.streamsLeft).toBe(0);
    server.recorder.requests[0]?.stream.respond(200, [], true);
    settle();
    expect(recorder.head?.status).toBe(200);
    expect(client.recorder.closed).toEqual({ errorCode: 0, reason: '' });
  });

  it('of a client without streams closes at the next flush', () => {
    const { client } = openPair();
    client.connection.shutdown();
    client.connection.flush();
    expect(client.recorder.closed).toEqual({ errorCode: 0, reason: '' });
  });

  it('streams above the last id of GOAWAY were not processed', () => {
    const { client, settle } = openPair();
    const first = ask(client.connection);
    const second = ask(client.connection);
    settle();
    client.connection.receive(frame(7, 0, 0, uint32(1) + uint32(0)));
    expect(second.recorder.reset).toEqual({ errorCode: 0, kind: 'goaway', unprocessed: true, reason: '' });
    expect(first.recorder.reset).toBeUndefined();
    expect(client.recorder.closed).toBeUndefined();
  });
});

describe('the end of a stream', () => {
  it('REFUSED_STREAM may be sent again, CANCEL may not', () => {
    const { client } = openPair();
    const [first, second] = [ask(client.connection), ask(client.connection)];
    client.connection.flush();
    client.connection.receive(frame(3, 0, 1, uint32(7)));
    client.connection.receive(frame(3, 0, 3, uint32(8)));
    expect(first.recorder.reset).toMatchObject({ errorCode: 7, kind: 'remote', unprocessed: true });
    expect(second.recorder.reset).toMatchObject({ errorCode: 8, kind: 'remote', unprocessed: false });
    expect(client.recorder.idles).toBe(1);
  });

  it('after our own reset nothing more is heard, and late frames are no error', () => {
    const { client, server, settle } = openPair();
    const { stream, recorder } = ask(client.connection);
    settle();
    server.recorder.requests[0]?.stream.respond(200, ['x-late', '1'], false);
    server.recorder.requests[0]?.stream.text('late', true);
    stream.reset(8);
    settle();
    expect(recorder.head).toBeUndefined();
    expect(recorder.reset).toBeUndefined();
    expect(client.recorder.closed).toBeUndefined();
    expect(client.connection.openStreams).toBe(0);
  });

  it('NO_ERROR after an answer that waits for its window lets the answer go first', () => {
    const end = openServer();
    end.connection.receive(
      Buffer.concat([
        frame(4, 0, 0, setting(4, 2)),
        frame(1, 4, 1, block(':method', 'POST', ':scheme', 'http', ':path', '/', ':authority', 'a')),
      ]),
    );
    const stream = end.recorder.requests[0]?.stream;
    stream?.respond(413, [], false);
    stream?.text('too large', true);
    stream?.reset(0);
    end.connection.receive(frame(8, 0, 1, uint32(100)));
    end.connection.flush();
    expect(Buffer.concat(framesOf(end.wire.octets, 0).map(({ payload }) => payload)).toString()).toBe('too large');
    expect(framesOf(end.wire.octets, 3).map(({ payload }) => payload[3])).toEqual([0]);
    expect(end.connection.openStreams).toBe(0);
  });

  it('an answer to HEAD and one of 304 may say a length that they do not have', () => {
    const { client, server, settle } = openPair();
    const asked = ask(client.connection, { method: 'HEAD' });
    settle();
    server.recorder.requests[0]?.stream.respond(200, ['content-length', '10'], true);
    settle();
    expect(asked.recorder.reset).toBeUndefined();
    expect(asked.recorder.head?.framing).toBe('none');
  });

  it.each([
    ['a body over its length', ['content-length', '3'], 'body'],
    ['a body under its length', ['content-length', '5'], 'body'],
  ])('%s never reaches the user as a whole one', (_, fields, body) => {
    const { client, server, settle } = openPair();
    const { recorder } = ask(client.connection);
    settle();
    server.recorder.requests[0]?.stream.respond(200, fields, false);
    server.recorder.requests[0]?.stream.text(body, true);
    settle();
    expect(recorder.ended).toBe(false);
    expect(recorder.reset).toMatchObject({ kind: 'violation', errorCode: 1, unprocessed: false });
  });

  it.each([
    ['an answer with a connection field', [':status', '200', 'connection', 'close']],
    ['an answer without :status', ['x-a', '1']],
    ['an answer with two', [':status', '200', ':status', '200']],
    ['an answer with a pseudo-header of requests', [':status', '200', ':path', '/']],
    ['an answer of 101', [':status', '101']],
    ['a status of four digits', [':status', '2000']],
    ['an answer with CR', [':status', '200', 'x-a', 'a\r\nb: c']],
    ['an answer with an upper-case name', [':status', '200', 'X-a', 'b']],
    ['an informational answer that ends', [':status', '103']],
  ])('%s is a violation', (_, fields) => {
    const { client, settle } = openPair();
    const { recorder } = ask(client.connection);
    settle();
    client.connection.receive(frame(1, 5, 1, block(...fields)));
    expect(recorder.head).toBeUndefined();
    expect(recorder.reset).toMatchObject({ kind: 'violation', errorCode: 1 });
    expect(client.recorder.closed).toBeUndefined();
  });
});

describe('the end of a connection', () => {
  it('tells open streams; those that were never written may be sent again', () => {
    const { client, settle } = openPair();
    const sent = ask(client.connection);
    settle();
    const unsent = ask(client.connection);
    client.connection.receiveEnd('ECONNRESET');
    expect(sent.recorder.reset).toMatchObject({ kind: 'connection', unprocessed: false, reason: 'ECONNRESET' });
    expect(unsent.recorder.reset).toMatchObject({ kind: 'connection', unprocessed: true });
    expect(client.recorder.closed).toEqual({ errorCode: 0, reason: 'ECONNRESET' });
    expect(client.connection.streamsLeft).toBe(0);
    expect(ask(client.connection).recorder.reset).toMatchObject({ unprocessed: true });
  });

  it('destroy says why in GOAWAY', () => {
    const end = openServer();
    end.connection.receive(request(1));
    end.connection.destroy(11, 'overload');
    expect(goaways(end.wire.octets)).toEqual([[1, 11]]);
    expect(end.recorder.requests[0]?.recorder.reset?.errorCode).toBe(11);
    expect(end.wire.closed).toBe(true);
  });

  it('answers a violation of SETTINGS of a server as well', () => {
    const { client } = openPair();
    client.connection.receive(frame(4, 0, 0, setting(2, 1)));
    expect(client.recorder.closed).toMatchObject({ errorCode: 1 });
  });
});

describe('streams that ended', () => {
  it('are remembered in a bounded number; later the number alone is wrong', () => {
    const ended = new ClosedStreams();
    for (let id = 1; id <= http2Limits.closedStreamsKept * 4; id += 2) ended.add(id, ENDED);
    expect(ended.how(http2Limits.closedStreamsKept * 4 - 1)).toBe(ENDED);
    expect(ended.how(1)).toBe(UNKNOWN);
  });
});

describe('what a client may open', () => {
  it('is what the server allows, less what is open', () => {
    const { client, settle } = openPair({}, { maxConcurrentStreams: 3 });
    expect(client.connection.streamsLeft).toBe(3);
    ask(client.connection);
    settle();
    expect(client.connection.streamsLeft).toBe(2);
  });

  it('is 100 before the SETTINGS of the server', () => {
    const wire = new Wire();
    const client = createHttp2Client({ ...wire.options(), sink: new ConnectionRecorder() });
    expect(client.streamsLeft).toBe(100);
    client.flush();
    expect(wire.octets.subarray(0, 24)).toEqual(opening().subarray(0, 24));
  });
});

describe('extended CONNECT', () => {
  it('comes as GET with `upgrade`, and 101 goes back as 200', () => {
    const { client, server, settle } = openPair({}, { extendedConnect: true });
    expect(client.connection.extendedConnect).toBe(true);
    const { stream, recorder } = ask(client.connection, { upgrade: 'websocket', target: '/chat?x=1' }, false);
    settle();
    const seen = server.recorder.requests[0];
    expect(seen?.head).toMatchObject({
      method: 'GET',
      upgrade: 'websocket',
      path: '/chat',
      query: 'x=1',
      framing: 'chunked',
    });
    seen?.stream.respond(101, [], false);
    seen?.stream.text('hello', false);
    stream.text('ping', true);
    settle();
    expect(recorder.head).toMatchObject({ status: 101, upgrade: 'websocket' });
    expect(recorder.text).toBe('hello');
    expect(seen?.recorder.text).toBe('ping');
  });

  it('CONNECT has no path and ends when it ends', () => {
    const { client, server, settle } = openPair();
    client.connection.request(
      { method: 'CONNECT', scheme: '', authority: 'a.test:443', target: '', fields: [], upgrade: '' },
      false,
      ask(client.connection).recorder,
    );
    settle();
    expect(server.recorder.requests.map(({ head }) => head).find(({ method }) => method === 'CONNECT')).toMatchObject({
      authority: 'a.test:443',
      path: '',
      framing: 'chunked',
    });
  });
});

describe('fields', () => {
  it('cookie crumbs become one field', () => {
    const end = openServer();
    end.connection.receive(request(1, 'cookie', 'a=b', 'x-a', '1', 'cookie', 'c=d'));
    expect(end.recorder.requests[0]?.head.fields).toEqual(['cookie', 'a=b; c=d', 'x-a', '1']);
  });

  it('a head larger than a frame goes in CONTINUATIONs', () => {
    const { client, server, settle } = openPair();
    const fields = Array.from({ length: 40 }, (_, i) => [`x-${i}`, String(i).repeat(500)]).flat();
    ask(client.connection, { fields });
    ask(client.connection, { fields: ['x-a', '1'] });
    settle();
    expect(server.recorder.requests.map(({ head }) => head.fields)).toEqual([fields, ['x-a', '1']]);
  });

  it('forbidden trailers are dropped', () => {
    const { client, server, settle } = openPair();
    const { recorder } = ask(client.connection);
    settle();
    const stream = server.recorder.requests[0]?.stream;
    stream?.respond(200, [], false);
    stream?.trailers(['grpc-status', '0', 'content-length', '5', 'host', 'b.test']);
    settle();
    expect(recorder.trailers).toEqual(['grpc-status', '0']);
  });
});
