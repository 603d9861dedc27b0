/** Where the ADS for an Envoy listens. */

import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, randomHex } from '@weft/kernel';
import { socketPathBytesMax } from '../workload-api/unix-server.ts';

/** The part makes and removes its folder. */
export interface SocketPlace extends Part {
  readonly path: string;
}

const socketName = 'ads.sock';

/** In the state folder, which is private; in one of its own where the path is longer than the system takes. */
export function adsSocket(stateDir: string): SocketPlace {
  const path = join(stateDir, socketName);
  if (Buffer.byteLength(path) <= socketPathBytesMax) return { name: 'socket', path };
  const folder = join(tmpdir(), `weft-ads-${randomHex(8)}`);
  return {
    name: 'socket',
    path: join(folder, socketName),
    start: () => void mkdirSync(folder, { mode: 0o700 }),
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
