/** Text of a DataSource: inline, or of a file that is read when the configuration comes. */

import { readFileSync, statSync } from 'node:fs';
import type { DataSource } from '@weft/xds-messages/envoy/config/core/v3/base';
import { refuse } from '../check/refuse.ts';
import { dataSourceBytesMax } from '../limits.ts';

/**
 * Empty for a source that is not set. A file is read once: a changed one needs a changed resource.
 * @param what field that it stands in, for the refusal. @throws WeftError `config_rejected`
 */
export function readDataSource(source: DataSource | undefined, what: string, where: string): string {
  const specifier = source?.specifier;
  switch (specifier?.case) {
    case undefined:
      return '';
    case 'inlineString':
      return specifier.value;
    case 'inlineBytes':
      return Buffer.from(specifier.value).toString();
    case 'filename':
      return readText(specifier.value, what, where);
    case 'environmentVariable':
      return refuse(where, `${what}.environment_variable is not supported`);
  }
}

function readText(path: string, what: string, where: string): string {
  try {
    if (statSync(path).size <= dataSourceBytesMax) return readFileSync(path, 'utf8');
  } catch {
    return refuse(where, `${what}.filename cannot be read: ${path}`);
  }
  return refuse(where, `${what}.filename is over ${dataSourceBytesMax} bytes: ${path}`);
}
