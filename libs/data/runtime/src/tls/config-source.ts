/** Where resources that a resource names come from: over the same stream, nothing else. */

import type { ConfigSource } from '@weft/xds-messages/envoy/config/core/v3/config_source';
import { refuse } from '../check/refuse.ts';

/** @throws WeftError `config_rejected` for any source but `ads` and `self`. @param what "rds.config_source". */
export function checkConfigSource(source: ConfigSource | undefined, what: string, where: string): void {
  const kind = source?.configSourceSpecifier.case;
  if (kind !== 'ads' && kind !== 'self') refuse(where, `${what}: only ads is supported`);
}
