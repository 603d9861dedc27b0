/** The listening sockets of all workers, held by their parent: a worker that dies leaves its queue to the one that comes after it. */

import { formatHostPort } from '@weft/kernel';
import { type ParkedSocket, parkShared } from '@weft/sockets';
import { listenerLimits } from '../listeners/limits.ts';
import type { Predecessor } from './predecessor.ts';

export interface ParkedSockets {
  /** The socket of one worker for an address, opened at the first asking. @param take with it, or with the system's code. */
  socketOf(address: string, worker: number, take: (socket: unknown, code: string | undefined) => void): void;
  /** For the process that takes over: it names an address and a worker as `nameOf` does. */
  named(name: string): unknown;
  /** Lets go of all but these addresses. */
  keepOnly(addresses: ReadonlySet<string>): void;
}

/** Hosts that a successor asks for stand for a worker's socket: "127.0.0.1:15001#2" is "127.0.0.1#2" and 15001. */
function hostOf(address: string, worker: number): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return { host: `${host}#${worker}`, port: Number(address.slice(colon + 1)) };
}

export function createParkedSockets(predecessor: Predecessor | undefined): ParkedSockets {
  const open = new Map<string, Map<number, ParkedSocket>>();

  const keep = (address: string, worker: number, socket: ParkedSocket): void => {
    const ofAddress = open.get(address) ?? new Map<number, ParkedSocket>();
    open.set(address, ofAddress.set(worker, socket));
  };
  const park = (address: string, worker: number): { readonly handle: unknown } | { readonly code: string } => {
    const { host, port } = hostOf(address, worker);
    try {
      const socket = parkShared(host.slice(0, host.lastIndexOf('#')), port, listenerLimits.backlog);
      keep(address, worker, socket);
      return socket;
    } catch (error) {
      return { code: (error as NodeJS.ErrnoException).code ?? 'ENOTSUP' };
    }
  };

  return {
    socketOf(address, worker, take) {
      const known = open.get(address)?.get(worker);
      if (known !== undefined) {
        take(known.handle, undefined);
        return;
      }
      const own = (): void => {
        const made = park(address, worker);
        if ('code' in made) take(undefined, made.code);
        else take(made.handle, undefined);
      };
      if (predecessor === undefined) {
        own();
        return;
      }
      const { host, port } = hostOf(address, worker);
      predecessor.socketOf(host, port, (socket) => {
        if (socket === undefined) {
          own();
          return;
        }
        const handle = socket as { close(): void };
        keep(address, worker, { handle, close: () => handle.close() });
        take(handle, undefined);
      });
    },
    named(name) {
      for (const [address, ofAddress] of open) {
        for (const [worker, { handle }] of ofAddress) {
          const { host, port } = hostOf(address, worker);
          if (formatHostPort(host, port) === name) return handle;
        }
      }
      return undefined;
    },
    keepOnly(addresses) {
      for (const [address, ofAddress] of open) {
        if (addresses.has(address)) continue;
        open.delete(address);
        for (const socket of ofAddress.values()) socket.close();
      }
    },
  };
}
