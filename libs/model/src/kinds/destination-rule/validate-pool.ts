/** Rules between the fields of a connection pool. */

import type { Report } from '../definition.ts';
import type { ConnectionPool } from './circuit-spec.ts';

export function validatePool(pool: ConnectionPool | undefined, path: string, report: Report): void {
  if (pool === undefined) return;
  if (pool.tcp === undefined && pool.http === undefined)
    report(path, 'a connection pool must have tcp, http or both', 'key');
  if (pool.http?.h2UpgradePolicy === 'UPGRADE' && pool.http.useClientProtocol === true)
    report(`${path}.http.useClientProtocol`, 'useClientProtocol cannot stand beside h2UpgradePolicy UPGRADE', 'key');
}
