/** HTTP/2 peers of Node's own making: a client and a backend that our codec has no part in. */

import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface Http2Backend {
  readonly port: number;
  readonly sessions: ServerHttp2Session[];
  readonly requests: IncomingHttpHeaders[];
  stop(): void;
}

export async function startHttp2Backend(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, nth: number) => void,
): Promise<Http2Backend> {
  const sessions: ServerHttp2Session[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer({ settings: { enableConnectProtocol: true, maxConcurrentStreams: 2_000 } });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    requests.push(headers);
    stream.on('error', () => {});
    onStream(stream, headers, requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    requests,
    stop() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Http2TestClient {
  readonly session: ClientHttp2Session;
  /** @param body nothing: the request ends with its head. */
  ask(headers: OutgoingHttpHeaders, body?: string | Buffer, trailers?: OutgoingHttpHeaders): Promise<Http2Answer>;
  open(headers: OutgoingHttpHeaders): ClientHttp2Stream;
  stop(): void;
}

export async function connectHttp2(port: number): Promise<Http2TestClient> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  await once(session, 'connect');
  return {
    session,
    ask(headers, body, trailers) {
      const stream = session.request(
        { ':authority': 'a.test', ...headers },
        { endStream: body === undefined, waitForTrailers: trailers !== undefined },
      );
      stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}));
      if (body !== undefined) stream.end(body);
      return answerOf(stream);
    },
    open(headers) {
      const stream = session.request({ ':authority': 'a.test', ...headers }, { endStream: false });
      stream.on('error', () => {});
      return stream;
    },
    stop: () => session.destroy(),
  };
}

/** @throws what the stream ended with, where it was not whole. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const parts: Buffer[] = [];
    stream.on('response', (headers) => {
      head = headers;
    });
    stream.on('trailers', (fields) => {
      trailers = fields;
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('error', reject);
    stream.on('end', () => {
      const body = Buffer.concat(parts).toString('latin1');
      if (stream.rstCode === 0) resolve({ status: Number(head[':status']), headers: head, trailers, body });
    });
  });
}
