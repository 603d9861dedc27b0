/** Both ends against an unrelated implementation: node:http2 (nghttp2). */

import { once } from 'node:events';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { createSeededRandom } from '@weft/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp2Client } from './connection.ts';
import type { Http2Connection } from './connection.types.ts';
import { startEchoServer } from './testing/echo-server.ts';
import { ConnectionRecorder, StreamRecorder } from './testing/recorder.ts';
import { attachSocket } from './testing/socket.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function nodeClient(): Promise<http2.ClientHttp2Session> {
  const server = await startEchoServer();
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closers.push(() => {
    session.destroy();
    server.close();
  });
  return session;
}

interface NodeAnswer {
  headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  trailers: http2.IncomingHttpHeaders;
  body: Buffer;
}

function ask(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: Buffer,
  trailers?: http2.OutgoingHttpHeaders,
): Promise<NodeAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined, waitForTrailers: trailers !== undefined });
    const answer: NodeAnswer = { headers: {}, trailers: {}, body: Buffer.alloc(0) };
    const parts: Buffer[] = [];
    stream.on('response', (got) => {
      answer.headers = got;
    });
    stream.on('trailers', (got) => {
      answer.trailers = got;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}));
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('error', reject);
    stream.on('close', () => {
      answer.body = Buffer.concat(parts);
      resolve(answer);
    });
    if (body !== undefined) stream.end(body);
  });
}

const noise = (bytes: number): Buffer => {
  const random = createSeededRandom(bytes);
  return Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
};
/** Every octet that a value may have, so that every Huffman code goes over the wire. */
const everyOctet = Buffer.from(Array.from({ length: 256 }, (_, i) => i).filter((i) => i > 0x20 && i !== 0x7f)).toString(
  'latin1',
);

describe('our server with the client of node', () => {
  it('answers a request, with fields of every octet', async () => {
    const session = await nodeClient();
    const answer = await ask(session, { ':path': '/a?b', 'x-all': everyOctet, cookie: 'a=b; c=d' });
    expect(answer.headers[':status']).toBe(200);
    expect(answer.headers['x-path']).toBe('/a');
    expect(answer.headers['x-all']).toBe(everyOctet);
    expect(answer.headers['cookie']).toBe('a=b; c=d');
    expect(answer.body.toString()).toBe('nothing came');
  });

  it('answers HEAD without a body', async () => {
    const answer = await ask(await nodeClient(), { ':path': '/', ':method': 'HEAD' });
    expect(answer.headers['x-method']).toBe('HEAD');
    expect(answer.body.length).toBe(0);
  });

  it('echoes 5 MiB and trailers', async () => {
    const session = await nodeClient();
    const body = noise(5 * 1_048_576);
    const answer = await ask(session, { ':path': '/', ':method': 'POST' }, body, { 'x-sum': '1' });
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.trailers['x-sum']).toBe('1');
  });

  it('serves 1,000 streams at once', async () => {
    const session = await nodeClient();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        ask(session, { ':path': `/${i}`, ':method': 'POST', 'x-n': String(i) }, Buffer.from(`body ${i}`)),
      ),
    );
    expect(answers.map(({ body }) => body.toString())).toEqual(Array.from({ length: 1_000 }, (_, i) => `body ${i}`));
    expect(answers.map(({ headers }) => headers['x-path'])).toEqual(Array.from({ length: 1_000 }, (_, i) => `/${i}`));
  });

  it('answers pings', async () => {
    const session = await nodeClient();
    await once(session, 'connect');
    const echoed = await new Promise<Buffer>((resolve, reject) => {
      session.ping(Buffer.from('12345678'), (error, _, payload) => (error === null ? resolve(payload) : reject(error)));
    });
    expect(echoed.toString()).toBe('12345678');
  });
});

interface Ours {
  connection: Http2Connection;
  recorder: ConnectionRecorder;
}

async function ourClient(
  serve: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
): Promise<Ours> {
  const server = http2.createServer({ settings: { enableConnectProtocol: true, maxConcurrentStreams: 2_000 } });
  server.on('stream', serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  const recorder = new ConnectionRecorder();
  const connection = attachSocket(socket, (options) =>
    createHttp2Client({ ...options, sink: recorder, maxConcurrentStreams: 2_000 }),
  );
  closers.push(() => {
    socket.destroy();
    server.close();
  });
  return { connection, recorder };
}

function send(
  { connection }: Ours,
  head: { method?: string; target?: string; fields?: string[]; upgrade?: string },
  body?: Buffer,
): { done: Promise<StreamRecorder>; stream: ReturnType<Http2Connection['request']> } {
  const recorder = new StreamRecorder();
  const stream = connection.request(
    {
      method: head.method ?? 'GET',
      scheme: 'http',
      authority: 'a.test',
      target: head.target ?? '/',
      fields: head.fields ?? [],
      upgrade: head.upgrade ?? '',
    },
    body === undefined,
    recorder,
  );
  if (body !== undefined) stream.data(body, 0, body.length, true);
  const done = new Promise<StreamRecorder>((resolve) => {
    recorder.onDone = () => resolve(recorder);
  });
  return { done, stream };
}

const echo = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void => {
  stream.respond(
    { ':status': 200, 'x-path': headers[':path'], 'x-all': headers['x-all'] ?? '' },
    { waitForTrailers: true },
  );
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
  stream.pipe(stream);
};

describe('our client with the server of node', () => {
  it('reads an answer with fields of every octet and trailers', async () => {
    const answer = await send(await ourClient(echo), { target: '/a?b', fields: ['x-all', everyOctet] }).done;
    expect(answer.head?.status).toBe(200);
    expect(answer.head?.header('x-path')).toBe('/a?b');
    expect(answer.head?.header('x-all')).toBe(everyOctet);
    expect(answer.trailers).toEqual(['x-sum', '1']);
  });

  it('sends and reads 5 MiB', async () => {
    const body = noise(5 * 1_048_576);
    const answer = await send(await ourClient(echo), { method: 'POST' }, body).done;
    expect(answer.reset).toBeUndefined();
    expect(Buffer.concat(answer.body).equals(body)).toBe(true);
  });

  it('has 1,000 streams at once', async () => {
    const ours = await ourClient(echo);
    const sent = Array.from(
      { length: 1_000 },
      (_, i) => send(ours, { target: `/${i}` }, Buffer.from(`body ${i}`)).done,
    );
    const answers = await Promise.all(sent);
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 1_000 }, (_, i) => `body ${i}`));
    expect(ours.connection.openStreams).toBe(0);
    expect(ours.recorder.idles).toBe(1);
  });

  it('reads 1xx before the answer', async () => {
    const ours = await ourClient((stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 204 }, { endStream: true });
    });
    const answer = await send(ours, {}).done;
    expect(answer.informational).toEqual([103]);
    expect(answer.head?.status).toBe(204);
    expect(answer.head?.framing).toBe('none');
  });

  it('opens an extended CONNECT and gets 101', async () => {
    const ours = await ourClient((stream, headers) => {
      stream.respond({ ':status': 200, 'x-protocol': headers[':protocol'] ?? '' });
      stream.pipe(stream);
    });
    await new Promise<void>((resolve) => {
      ours.recorder.onSettings = resolve;
    });
    expect(ours.connection.extendedConnect).toBe(true);
    const { stream, done } = send(ours, { upgrade: 'websocket', target: '/chat' }, Buffer.from('hello'));
    const answer = await done;
    expect(stream.id).toBe(1);
    expect(answer.head?.status).toBe(101);
    expect(answer.head?.upgrade).toBe('websocket');
    expect(answer.head?.header('x-protocol')).toBe('websocket');
    expect(answer.text).toBe('hello');
  });

  it('pings', async () => {
    const ours = await ourClient(echo);
    await new Promise<void>((resolve) => {
      ours.recorder.onPong = resolve;
      ours.connection.ping();
    });
  });
});
