/** How a resource is refused: one error that names the resource and the field, which becomes the NACK. */

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { WeftError } from '@weft/kernel';
import type { SupportedFields } from '../filter.ts';
import { checkFields } from './check-fields.ts';
import { supportedFields, withPlug } from './supported-fields.ts';

/** @throws WeftError `config_rejected` always. @param where "Cluster outbound|8080||x". */
export function refuse(where: string, what: string): never {
  throw new WeftError('config_rejected', `${where}: ${what}`);
}

/**
 * Unpacks and checks. @param plug the list of the plug whose message it is: it goes over the runtime's own. Without it a message that
 * the runtime does not list passes unchecked: `compile` of a plug gets its own message checked already. @throws WeftError `config_rejected` for another type, bytes that do not parse, or a field not understood. */
export function unpack<Desc extends DescMessage>(
  any: Any | undefined,
  schema: Desc,
  where: string,
  plug?: SupportedFields,
): MessageShape<Desc> {
  const message = parse(any, schema, where);
  if (plug === undefined && supportedFields[schema.typeName] === undefined) return message;
  const problem = checkFields(schema, message, plug === undefined ? supportedFields : withPlug(plug));
  if (problem !== undefined) refuse(where, problem);
  return message;
}

function parse<Desc extends DescMessage>(any: Any | undefined, schema: Desc, where: string): MessageShape<Desc> {
  if (any === undefined) refuse(where, `a ${schema.name} is missing`);
  if (!anyIs(any, schema)) refuse(where, `${any.typeUrl.replace(/^.*\//, '')} is not supported`);
  let message: MessageShape<Desc> | undefined;
  try {
    message = anyUnpack(any, schema);
  } catch (error) {
    throw new WeftError('config_rejected', `${where}: ${schema.name} does not parse`, error);
  }
  if (message === undefined) refuse(where, `${schema.name} does not parse`);
  return message;
}
