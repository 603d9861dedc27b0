/** Walks the set fields of a message against the list of those that are understood. */

import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { AccessLogFilterSchema } from '@weft/xds-messages/envoy/config/accesslog/v3/accesslog';
import type { SupportedFields } from '../filter.ts';

/** Messages that stand in the runtime's own and are compiled by plugs. */
const judgedByPlugs: ReadonlySet<string> = new Set([AccessLogFilterSchema.typeName]);
/** Messages deeper than this are refused: no resource of the profile comes near it. */
export const messageDepthMax = 32;

/**
 * @returns what is not supported, as "field a.b[0].c is not supported"; nothing when all is.
 * Content of google.protobuf messages (wrappers, Struct, Any, Duration) is not looked into.
 */
export function checkFields<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  supported: SupportedFields,
): string | undefined {
  return checkMessage(reflect(schema, message), '', 0, supported);
}

function checkMessage(
  message: ReflectMessage,
  path: string,
  depth: number,
  supportedFields: SupportedFields,
): string | undefined {
  const type = message.desc.typeName;
  if (type.startsWith('google.protobuf.')) return undefined;
  if (depth > messageDepthMax) return `field ${path} is nested too deeply`;
  // Looked at again, as the root, by the plug that it belongs to.
  if (depth > 0 && supportedFields[type] === undefined && judgedByPlugs.has(type)) return undefined;
  const supported = supportedFields[type];
  if (supported === undefined) return `field ${path} is not supported (${type})`;
  const unknown = message.getUnknown()?.[0];
  if (unknown !== undefined) return `field ${join(path, `#${unknown.no}`)} is not supported`;
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    const at = join(path, field.name);
    if (!supported.includes(field.name)) return `field ${at} is not supported`;
    const problem = checkValue(message, field, at, depth + 1, supportedFields);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkValue(
  message: ReflectMessage,
  field: DescField,
  at: string,
  depth: number,
  supported: SupportedFields,
): string | undefined {
  if (field.fieldKind === 'message') return checkMessage(message.get(field), at, depth, supported);
  if (field.fieldKind === 'list' && field.listKind === 'message') {
    let index = 0;
    for (const item of message.get(field)) {
      const problem = checkMessage(item as ReflectMessage, `${at}[${index}]`, depth, supported);
      if (problem !== undefined) return problem;
      index += 1;
    }
  }
  if (field.fieldKind === 'map' && field.mapKind === 'message') {
    for (const [key, item] of message.get(field)) {
      const problem = checkMessage(item as ReflectMessage, `${at}["${String(key)}"]`, depth, supported);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
