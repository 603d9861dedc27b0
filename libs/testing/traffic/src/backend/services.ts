/** What filters call beside the traffic itself: a gRPC authorizer, a rate limit service, gRPC health, key sets; and TLS before the echoes. */

import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2, type Http2Stream, type IncomingHttpHeaders } from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { keySets } from '../json-web-keys.ts';
import { tlsMaterial, trustedRootsPem } from '../tls-material.ts';
import { answerCheck } from './authorizer.ts';
import type { Seen } from './echo.ts';
import { answerRateLimit } from './rate-limiter.ts';
import { createTalkServer } from './talk.ts';

export interface Services {
  /** By the names that cases use. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  stop(): void;
}

/** "grpc": all gRPC services; "keys": JWKS by path; "tls" and "mtls": an echo by the first label of SNI, "a" by default; "talk": bytes. */
export type ServiceName = 'grpc' | 'keys' | 'tls' | 'mtls' | 'talk';

/** @param echoes ports of the echo endpoints. @param onSeen called for each conversation of bytes. */
export async function startServices(
  echoes: Readonly<Record<string, number>>,
  onSeen: (seen: Seen) => void,
): Promise<Services> {
  const servers = {
    ...{ grpc: startGrpc(), keys: startKeys(), talk: createTalkServer(onSeen) },
    ...{ tls: startTls(echoes, false), mtls: startTls(echoes, true) },
  };
  const sockets = new Set<{ destroy(): unknown }>();
  const ports: Record<string, number> = {};
  for (const [name, server] of Object.entries(servers)) {
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports[name] = (server.address() as AddressInfo).port;
  }
  return {
    ports: ports as Record<ServiceName, number>,
    stop() {
      for (const server of Object.values(servers)) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Answers by the path of the method. */
const methods: Readonly<Record<string, (message: Uint8Array) => GrpcAnswer>> = {
  '/envoy.service.auth.v3.Authorization/Check': answerCheck,
  '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit': answerRateLimit,
  // HealthCheckResponse: the service's name begins with "up" → SERVING.
  '/grpc.health.v1.Health/Check': (message) => ({
    message: Uint8Array.of(8, Buffer.from(message).includes('up') ? 1 : 2),
    delayMs: 0,
  }),
};

export interface GrpcAnswer {
  /** Nothing: the call fails with grpc-status 14. */
  readonly message: Uint8Array | undefined;
  readonly delayMs: number;
}

function startGrpc(): Server {
  const server = createHttp2();
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => void answerCall(stream, headers));
  return server;
}

function answerCall(stream: Http2Stream & { respond?: unknown }, headers: IncomingHttpHeaders): void {
  const chunks: Buffer[] = [];
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    const { message, delayMs } = methods[String(headers[':path'])]?.(Buffer.concat(chunks).subarray(5)) ?? {
      message: undefined,
      delayMs: 0,
    };
    setTimeout(() => respond(stream as never, message), delayMs);
  });
}

function respond(stream: import('node:http2').ServerHttp2Stream, message: Uint8Array | undefined): void {
  if (stream.destroyed) return;
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  if (message === undefined) {
    stream.respond({ ...head, 'grpc-status': '14' }, { endStream: true });
    return;
  }
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([prefix, message]));
}

function startKeys(): Server {
  return createHttp1((request, response) => {
    const set = keySets[(request.url ?? '').slice(1)];
    response.writeHead(set === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(set ?? '');
  });
}

function startTls(echoes: Readonly<Record<string, number>>, mutual: boolean): Server {
  const { certChainPem, privateKeyPem } = mutual ? tlsMaterial.server : tlsMaterial.site;
  const server = createTls({
    cert: certChainPem,
    key: privateKeyPem,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...(mutual ? { ca: trustedRootsPem, requestCert: true, rejectUnauthorized: true } : {}),
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket: TLSSocket) => {
    const sni = typeof socket.servername === 'string' ? socket.servername.split('.')[0] : '';
    const behind = connect(echoes[sni ?? ''] ?? echoes['a'] ?? 0, '127.0.0.1');
    behind.on('error', () => socket.destroy());
    socket.on('error', () => behind.destroy());
    socket.on('close', () => behind.destroy());
    behind.on('close', () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  return server;
}
