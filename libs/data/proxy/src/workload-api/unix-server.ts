/** A gRPC server on a Unix socket that a successor can take the path of. */

import { chmod, lstat, rename, rm, stat } from 'node:fs/promises';
import * as grpc from '@grpc/grpc-js';
import { WeftError } from '@weft/kernel';

/** Bound of the system (sockaddr_un), less what the temporary name adds, bytes. */
export const socketPathBytesMax = 90;

/**
 * Bound under another name and moved into place: what was there before is replaced, and a predecessor that closes its own does
 * not take this one away. Only the own user and group may connect.
 * @param what listens there, for the error.
 * @throws WeftError state_invalid.
 */
export async function listenUnix(server: grpc.Server, path: string, what: string): Promise<() => Promise<void>> {
  const before = await lstat(path).catch(() => undefined);
  if (before !== undefined && !before.isSocket())
    throw new WeftError('state_invalid', `${path} is there and is no socket`);
  const temporary = `${path}.${process.pid}`;
  try {
    await rm(temporary, { force: true });
    await new Promise<void>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      server.bindAsync(`unix:${temporary}`, credentials, (error) => (error === null ? resolve() : reject(error)));
    });
    await chmod(temporary, 0o660);
    const { ino } = await stat(temporary);
    await rename(temporary, path);
    return async () => {
      const now = await stat(path).catch(() => undefined);
      if (now?.ino === ino) await rm(path, { force: true });
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WeftError('state_invalid', `${what} cannot listen on ${path}: ${reason}`, error);
  }
}
