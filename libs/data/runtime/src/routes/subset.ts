/** metadata_match as the subset that a request may go to. */

import type { JsonValue } from '@bufbuild/protobuf';
import type { Metadata } from '@weft/xds-messages/envoy/config/core/v3/base';
import { refuse } from '../check/refuse.ts';

export type Subset = Readonly<Record<string, string>>;

/** Namespace "envoy.lb". @param above what is merged under it. @throws WeftError `config_rejected` */
export function compileSubset(
  metadata: Metadata | undefined,
  above: Subset | undefined,
  where: string,
): Subset | undefined {
  if (metadata === undefined) return above;
  const subset: Record<string, string> = { ...above };
  for (const [namespace, content] of Object.entries(metadata.filterMetadata)) {
    if (namespace !== 'envoy.lb') refuse(where, `metadata_match: ${namespace} is not supported`);
    for (const [key, value] of Object.entries(content)) subset[key] = textOf(value, key, where);
  }
  return Object.keys(subset).length === 0 ? undefined : subset;
}

function textOf(value: JsonValue, key: string, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return refuse(where, `metadata_match: ${key} is no text, number or truth value`);
}
