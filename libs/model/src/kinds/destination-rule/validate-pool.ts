/** Rules of a connection pool: between its fields, and of what is left out of it. */

import { writtenAt } from '../../schema/written.ts';
import type { ValidationContext } from '../definition.ts';
import type { ConnectionPool } from './circuit-spec.ts';

/** @param written the pool as written. */
export function validatePool(
  pool: ConnectionPool | undefined,
  written: unknown,
  path: string,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  if (pool === undefined) return;
  if (pool.tcp === undefined && pool.http === undefined)
    report(path, 'a connection pool must have tcp, http or both', 'key');
  if (pool.http?.h2UpgradePolicy === 'UPGRADE' && pool.http.useClientProtocol === true)
    report(`${path}.http.useClientProtocol`, 'useClientProtocol cannot stand beside h2UpgradePolicy UPGRADE', 'key');
  if (writtenAt(written, 'http', 'http2KeepAlive') !== undefined)
    warn(`${path}.http.http2KeepAlive`, 'http2KeepAlive is not done yet in this version and has no effect', 'key');
}
