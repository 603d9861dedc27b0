/** Echo endpoints: HTTP/1.1 and h2c on one port each; they answer with what they saw, or do as `x-do` says. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseBehaviour } from './behaviour.ts';

/** One request as an endpoint saw it. */
export interface Seen {
  readonly endpoint: string;
  /** Value of `x-case`: which request of the table this is. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly protocol: '1.1' | '2';
  /** Name in lower case → values joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bodyBytes: number;
  readonly trailers: Readonly<Record<string, string>>;
}

export interface Echo {
  readonly name: string;
  readonly port: number;
  stop(): void;
}

const preface = 'PRI * HTTP/2';
/** Bodies are kept up to this; their length is always known. */
const bodyKeptMax = 1_024;

/** @param onSeen called for each whole request. */
export async function startEcho(name: string, onSeen: (seen: Seen) => void): Promise<Echo> {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const handle = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyKeptMax) chunks.push(chunk);
    });
    request.on('error', () => {});
    response.on('error', () => {});
    const onWhole = (): void => {
      if (request.aborted) return;
      const seen = describe(name, request, Buffer.concat(chunks).toString('latin1'), bytes);
      onSeen(seen);
      const count = (counts.get(seen.id) ?? 0) + 1;
      counts.set(seen.id, count);
      answer(name, request, response, seen, count);
    };
    // A stream that was reset ends too in node:http2, and says only then that it was aborted.
    request.on('end', () => ('stream' in request ? setImmediate(onWhole) : onWhole()));
  };
  const http1 = createHttp1({ keepAliveTimeout: 60_000, insecureHTTPParser: false }, handle);
  http1.on('checkContinue', (request, response) => {
    const { noContinue } = parseBehaviour(request.headers['x-do'] as string | undefined);
    if (!noContinue) response.writeContinue();
    else answer(name, request, response, describe(name, request, '', 0), 1);
    if (!noContinue) handle(request, response);
  });
  http1.on('upgrade', (request, socket: Socket, first: Buffer) => tunnelHttp1(name, request, socket, first, onSeen));
  http1.on('connect', (request, socket: Socket, first: Buffer) => tunnelHttp1(name, request, socket, first, onSeen));
  const http2 = createHttp2({ settings: { enableConnectProtocol: true } }, handle);
  http2.on('connect', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    onSeen(describe(name, request, '', 0));
    response.writeHead(200, { 'x-endpoint': name });
    request.pipe(response.stream);
  });
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      const isHttp2 = chunk.toString('latin1', 0, preface.length) === preface;
      (isHttp2 ? http2 : http1).emit('connection', socket);
      // HTTP/2 takes over the socket itself: resumed here, it would miss what was put back.
      if (!isHttp2) socket.resume();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function describe(
  endpoint: string,
  request: IncomingMessage | Http2ServerRequest,
  body: string,
  bodyBytes: number,
): Seen {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const field = (request.rawHeaders[i] ?? '').toLowerCase();
    const value = request.rawHeaders[i + 1] ?? '';
    if (field.startsWith(':') && field !== ':protocol' && field !== ':scheme') continue;
    headers[field] = headers[field] === undefined ? value : `${headers[field]}, ${value}`;
  }
  const trailers = Object.fromEntries(Object.entries(request.trailers).map(([name, value]) => [name, String(value)]));
  const authority = 'authority' in request ? request.authority : (request.headers.host ?? '');
  return {
    endpoint,
    id: headers['x-case'] ?? '',
    method: request.method ?? '',
    path: request.url ?? '',
    authority,
    protocol: request.httpVersionMajor === 2 ? '2' : '1.1',
    headers,
    body,
    bodyBytes,
    trailers,
  };
}

/** Answers 101 to an upgrade, 200 to CONNECT, or the status that `x-do` tells; then says back what comes. */
function tunnelHttp1(
  name: string,
  request: IncomingMessage,
  socket: Socket,
  first: Buffer,
  onSeen: (seen: Seen) => void,
): void {
  const seen = describe(name, request, '', 0);
  onSeen(seen);
  const { status } = parseBehaviour(seen.headers['x-do']);
  if (status !== 200) {
    socket.end(`HTTP/1.1 ${status} No\r\nx-endpoint: ${name}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    return;
  }
  const upgrade = seen.headers['upgrade'];
  const head =
    upgrade === undefined ? '200 OK' : `101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${upgrade}`;
  socket.write(`HTTP/1.1 ${head}\r\nx-endpoint: ${name}\r\n\r\n`);
  socket.write(first);
  socket.pipe(socket);
}

function answer(
  name: string,
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  seen: Seen,
  count: number,
): void {
  const asked = parseBehaviour(seen.headers['x-do']);
  const applies = count <= asked.times && (asked.only === undefined || asked.only === name);
  const behaviour = applies ? asked : parseBehaviour('');
  const socket = request.socket;
  const act = (): void => {
    if (behaviour.end !== undefined) {
      if ('stream' in request) request.stream.close(behaviour.end === 'reset' ? 2 : 7);
      else if (behaviour.end === 'reset') socket.resetAndDestroy();
      else socket.destroy();
      return;
    }
    if (behaviour.raw !== undefined) {
      socket.write(behaviour.raw, 'latin1');
      if (behaviour.rawEnd) socket.end();
      return;
    }
    if (behaviour.informational !== undefined && 'writeEarlyHints' in response)
      response.writeEarlyHints({ link: '</x>; rel=preload' });
    const body =
      behaviour.bodyBytes === undefined ? JSON.stringify({ endpoint: name }) : 'x'.repeat(behaviour.bodyBytes);
    const fields: Record<string, string | string[]> = { 'x-endpoint': name, 'content-type': 'application/json' };
    for (let i = 0; i < behaviour.headers.length; i += 2)
      fields[behaviour.headers[i] ?? ''] = behaviour.headers[i + 1] ?? '';
    if (behaviour.grpcHead && behaviour.grpcStatus !== undefined) fields['grpc-status'] = behaviour.grpcStatus;
    const trailers: Record<string, string> = {};
    for (let i = 0; i < behaviour.trailers.length; i += 2)
      trailers[behaviour.trailers[i] ?? ''] = behaviour.trailers[i + 1] ?? '';
    if (!behaviour.grpcHead && behaviour.grpcStatus !== undefined) trailers['grpc-status'] = behaviour.grpcStatus;
    const trailing = Object.keys(trailers).length > 0;
    if (behaviour.cut) fields['content-length'] = String(body.length + 100);
    else if (!trailing && !behaviour.chunked && behaviour.status !== 204)
      fields['content-length'] = String(body.length);
    (response as ServerResponse).writeHead(behaviour.status, fields);
    if (behaviour.cut) {
      (response as ServerResponse).write(body, () =>
        'stream' in request ? request.stream.close(2) : socket.destroy(),
      );
      return;
    }
    if ('stream' in request && !trailing && request.method !== 'HEAD') {
      // In one frame: a client that has all of a body leaves before a second frame ends the stream.
      (response as Http2ServerResponse).end(body);
      return;
    }
    if (request.method !== 'HEAD') (response as ServerResponse).write(body);
    if (trailing) (response as ServerResponse).addTrailers(trailers);
    response.end();
  };
  if (behaviour.delayMs > 0) setTimeout(act, behaviour.delayMs);
  else act();
}
