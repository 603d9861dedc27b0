/** How a resource is refused: one error that names the resource and the field, which becomes the NACK. */

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { WeftError } from '@weft/kernel';
import { checkFields } from './check-fields.ts';

/** @throws WeftError `config_rejected` always. @param where "Cluster outbound|8080||x". */
export function refuse(where: string, what: string): never {
  throw new WeftError('config_rejected', `${where}: ${what}`);
}

/** Unpacks and checks. @throws WeftError `config_rejected` for another type, bytes that do not parse, or a field not understood. */
export function unpack<Desc extends DescMessage>(
  any: Any | undefined,
  schema: Desc,
  where: string,
): MessageShape<Desc> {
  if (any === undefined) refuse(where, `a ${schema.name} is missing`);
  if (!anyIs(any, schema)) refuse(where, `${any.typeUrl.replace(/^.*\//, '')} is not supported`);
  let message: MessageShape<Desc> | undefined;
  try {
    message = anyUnpack(any, schema);
  } catch (error) {
    throw new WeftError('config_rejected', `${where}: ${schema.name} does not parse`, error);
  }
  if (message === undefined) refuse(where, `${schema.name} does not parse`);
  const problem = checkFields(schema, message);
  if (problem !== undefined) refuse(where, problem);
  return message;
}
