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

/** The list of the plug that is being compiled: what it unpacks in turn is judged by it. Compiling is synchronous. */
let plugInCompile: SupportedFields | undefined;

/** Runs the compilation of a plug, so that whatever it unpacks is checked against its list and the runtime's. */
export function withinPlug<T>(supported: SupportedFields, compile: () => T): T {
  const outer = plugInCompile;
  plugInCompile = withPlug(supported);
  try {
    return compile();
  } finally {
    plugInCompile = outer;
  }
}

/**
 * Unpacks and checks. Outside of a plug's compilation (its own tests) a message that only a plug lists passes unchecked.
 * @param plug goes over the runtime's own list.
 * @throws WeftError `config_rejected` for another type, bytes that do not parse, or a field not understood.
 */
export function unpack<Desc extends DescMessage>(
  any: Any | undefined,
  schema: Desc,
  where: string,
  plug?: SupportedFields,
): MessageShape<Desc> {
  const message = parse(any, schema, where);
  const supported = plug === undefined ? (plugInCompile ?? supportedFields) : withPlug(plug);
  if (supported === supportedFields && supportedFields[schema.typeName] === undefined) return message;
  const problem = checkFields(schema, message, supported);
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
