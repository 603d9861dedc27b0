/** Binding of gRPC servers, and their end. */

import * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';

export interface Address {
  /** IP address. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** "127.0.0.1:15012", "[::1]:15012". */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A port that cannot be listened on; `flag` names the setting that says so. */
export class ListenError extends Error {
  readonly flag: string;

  constructor(flag: string, address: Address, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const busy = code === 'EADDRINUSE' || (cause instanceof Error && cause.message.includes('EADDRINUSE'));
    const reason = busy ? 'another process listens there' : cause instanceof Error ? cause.message : String(cause);
    super(`${flag} ${formatAddress(address)}: ${reason}; stop that process or give another address`, { cause });
    this.name = 'ListenError';
    this.flag = flag;
  }
}

/** Largest message taken from a proxy or a workload, bytes. */
export const messageBytesMax = 4 * 1024 * 1024;

export function createGrpcServer(): grpc.Server {
  // What it would print of a failed bind or handshake, the callers say in a sentence or a log line of their own.
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
  return new grpc.Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
}

/** @returns where it listens. @throws ListenError. */
export function listenGrpc(
  server: grpc.Server,
  flag: string,
  address: Address,
  credentials: grpc.ServerCredentials,
): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatAddress(address), credentials, (error, port) => {
      if (error === null) resolve({ host: address.host, port });
      else reject(new ListenError(flag, address, error));
    });
  });
}

/** How long calls that still run may take when a server closes, milliseconds. */
const closeGraceMs = 1000;

/** Lets the statuses of ended streams leave, then closes all connections. */
export function closeGrpc(server: grpc.Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(closeGraceMs, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      cancel();
      resolve();
    });
  });
}
