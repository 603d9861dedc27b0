/** Which fields of xDS this proxy understands, from every part that compiles them: what is set and not listed is refused by name. */

import { clusterFields } from '../clusters/supported.ts';
import type { SupportedFields } from '../filter.ts';
import { routeFields } from '../routes/supported.ts';
import { coreFields } from './core-fields.ts';
import { httpManagerFields } from './http-manager-fields.ts';
import { listenerFields } from './listener-fields.ts';
import { tlsFields } from './tls-fields.ts';

/** Of the runtime itself, by part: for the reference, and merged for the check. */
export const supportedParts: readonly { readonly name: string; readonly fields: SupportedFields }[] = [
  { name: 'Listeners', fields: listenerFields },
  { name: 'HTTP connection manager', fields: httpManagerFields },
  { name: 'Routes', fields: routeFields },
  { name: 'Clusters and endpoints', fields: clusterFields },
  { name: 'TLS and secrets', fields: tlsFields },
  { name: 'Core', fields: coreFields },
];

/** Message type → proto names of its fields. Values of fields are judged where they are compiled. */
export const supportedFields: SupportedFields = merge(supportedParts.map((part) => part.fields));

/** The runtime's own list with a plug's over it: a message that the plug lists is judged by the plug's list only. */
export function withPlug(plug: SupportedFields): SupportedFields {
  return { ...supportedFields, ...plug };
}

/** Lists of one message that several parts read are joined. */
function merge(parts: readonly SupportedFields[]): SupportedFields {
  const merged: Record<string, readonly string[]> = {};
  for (const part of parts) {
    for (const [type, fields] of Object.entries(part)) {
      merged[type] = [...new Set([...(merged[type] ?? []), ...fields])];
    }
  }
  return merged;
}
