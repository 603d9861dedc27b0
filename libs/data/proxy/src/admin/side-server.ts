/** A small HTTP server beside the data path: admin, readiness, Prometheus. Bounded, on node:http. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { formatHostPort } from '@weft/kernel';
import { describeListenError } from '../listeners/listen-error.ts';
import type { HostPort } from '../session/node-description.ts';
import type { ListenOn } from '../workers/channel.ts';

export const sideServerLimits = {
  connectionsMax: 64,
  headBytesMax: 16_384,
  requestTimeoutMs: 10_000,
  keepAliveMs: 5_000,
  /** Octets of one answer. */
  answerBytesMax: 64 * 1024 * 1024,
} as const;

export interface SideRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  header(name: string): string | undefined;
}

export interface SideAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Runs when the answer has left. */
  readonly afterwards?: () => void;
  /** Text that follows `body`, known later; called once. */
  readonly more?: (done: (text: string) => void) => void;
  /** After `body` the answer goes on until the client goes away. */
  readonly stream?: (out: SideStream) => SideStreamSource;
}

export interface SideStream {
  /** @returns false: wait for `drained`. */
  write(text: string): boolean;
}

export interface SideStreamSource {
  drained(): void;
  /** The client went away, or the server stopped. */
  closed(): void;
}

/** An address that cannot be listened on; the message names the flag that gave it. */
export class ListenError extends Error {
  /** @param cause of the system, or a sentence. */
  constructor(flag: string, address: string, cause: NodeJS.ErrnoException | string) {
    const why = typeof cause === 'string' ? `${address}: ${cause}` : describeListenError(cause, address);
    super(`${flag}: ${why}`, { cause });
    this.name = 'ListenError';
  }
}

export interface SideServer {
  /** @throws ListenError. */
  start(): Promise<void>;
  /** Ends at once: nothing here is worth waiting for. */
  stop(): Promise<void>;
  /** "127.0.0.1:15000" with the real port. Known after `start`. */
  address(): string;
  /** What it was told to listen on. */
  readonly at: HostPort;
  /** For the process that takes its socket over. */
  readonly socket: NetServer;
}

/**
 * @param flag names the setting that gave the address. @param answer may not throw; what it throws becomes a 500 without detail.
 * @param listenOn where the address is not to be had by itself.
 */
export function createSideServer(
  flag: string,
  at: HostPort,
  answer: (request: SideRequest) => SideAnswer,
  listenOn?: ListenOn,
): SideServer {
  const server = createServer(
    { maxHeaderSize: sideServerLimits.headBytesMax, requestTimeout: sideServerLimits.requestTimeoutMs },
    (request, response) => respond(request, response, answer),
  );
  server.maxConnections = sideServerLimits.connectionsMax;
  server.keepAliveTimeout = sideServerLimits.keepAliveMs;
  server.headersTimeout = sideServerLimits.requestTimeoutMs;
  return {
    at,
    socket: server,
    start: () => listen(server, flag, at, listenOn),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    address() {
      const bound = server.address() as AddressInfo | null;
      return formatHostPort(at.host, bound?.port ?? at.port);
    },
  };
}

export function text(status: number, body: string): SideAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export function json(status: number, value: unknown): SideAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

function listen(server: Server, flag: string, at: HostPort, listenOn: ListenOn | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(flag, formatHostPort(at.host, at.port), error)));
    server.once('listening', () => resolve());
    if (listenOn === undefined) server.listen(at.port, at.host);
    else listenOn(server, at.host, at.port, sideServerLimits.connectionsMax);
  });
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: SideRequest) => SideAnswer,
): void {
  // A body is of no use to any of these; node discards what nobody reads once the answer is out.
  const reply = boundedAnswer(request, answer);
  if (reply.afterwards !== undefined) response.once('close', reply.afterwards);
  if (reply.more !== undefined) {
    reply.more((rest) => {
      const whole = bounded({ ...reply, body: reply.body + rest });
      write(request, response, whole, whole.body);
    });
    return;
  }
  if (reply.stream === undefined || request.method === 'HEAD') write(request, response, reply, reply.body);
  else writeStream(response, reply, reply.stream);
}

function headOf(reply: SideAnswer): Record<string, string> {
  return {
    'content-type': reply.contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
  };
}

function write(request: IncomingMessage, response: ServerResponse, reply: SideAnswer, body: string): void {
  response.writeHead(reply.status, { ...headOf(reply), 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function writeStream(response: ServerResponse, reply: SideAnswer, stream: (out: SideStream) => SideStreamSource): void {
  response.writeHead(reply.status, headOf(reply));
  // The head goes now: there may be nothing to say for a long time.
  response.flushHeaders();
  if (reply.body !== '') response.write(reply.body);
  const source = stream({ write: (part) => response.write(part) });
  response.on('drain', () => source.drained());
  response.once('close', () => source.closed());
}

function boundedAnswer(request: IncomingMessage, answer: (request: SideRequest) => SideAnswer): SideAnswer {
  let url: URL;
  try {
    url = new URL(request.url ?? '/', 'http://side');
  } catch {
    return text(400, 'the target is not valid\n');
  }
  const reply = answer({
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    path: url.pathname,
    query: url.searchParams,
    header: (name) => request.headers[name]?.toString(),
  });
  return bounded(reply);
}

function bounded(reply: SideAnswer): SideAnswer {
  if (reply.body.length <= sideServerLimits.answerBytesMax) return reply;
  return text(507, 'the answer is too large; ask for a part of it, with ?resource= for one\n');
}
