/** Which kinds of filters and access logs there are, by the message that configures them. */

import type { DescMessage } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { assertThat, WeftError } from '@weft/kernel';
import { checkFields } from './check/check-fields.ts';
import { refuse } from './check/refuse.ts';
import { withPlug } from './check/supported-fields.ts';
import type { AccessLogKind, HttpFilterKind, NetworkFilterKind, SupportedFields } from './filter.ts';

export interface Plugs {
  readonly http: ReadonlyMap<string, HttpFilterKind>;
  /** By the type of typed_per_filter_config: routes come apart from the listeners whose filters they speak to. */
  readonly perRoute: ReadonlyMap<string, HttpFilterKind>;
  readonly network: ReadonlyMap<string, NetworkFilterKind>;
  readonly accessLogs: ReadonlyMap<string, AccessLogKind>;
}

export interface PlugOptions {
  readonly httpFilters: readonly HttpFilterKind[];
  readonly networkFilters: readonly NetworkFilterKind[];
  readonly accessLogs: readonly AccessLogKind[];
}

export function createPlugs(options: PlugOptions): Plugs {
  const { httpFilters } = options;
  return {
    http: byType(httpFilters, (kind) => kind.schema),
    perRoute: byType(httpFilters, (kind) => kind.perRouteSchema),
    network: byType(options.networkFilters, (kind) => kind.schema),
    accessLogs: byType(options.accessLogs, (kind) => kind.schema),
  };
}

/** "type.googleapis.com/a.b.C" → "a.b.C". */
export function typeNameOf(any: Any): string {
  return any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1);
}

/** Refuses fields of a plug's message that neither the plug nor the runtime lists. @throws WeftError `config_rejected` */
export function checkPlugConfig(config: Any, schema: DescMessage, supported: SupportedFields, where: string): void {
  let problem: string | undefined;
  try {
    const message = anyUnpack(config, schema);
    problem = message === undefined ? 'it does not parse' : checkFields(schema, message, withPlug(supported));
  } catch (error) {
    throw new WeftError('config_rejected', `${where}: ${schema.name} does not parse`, error);
  }
  if (problem !== undefined) refuse(where, problem);
}

function byType<Kind>(
  kinds: readonly Kind[],
  schemaOf: (kind: Kind) => DescMessage | undefined,
): ReadonlyMap<string, Kind> {
  const map = new Map<string, Kind>();
  for (const kind of kinds) {
    const name = schemaOf(kind)?.typeName;
    if (name === undefined) continue;
    assertThat(!map.has(name), `two kinds are configured by ${name}`);
    map.set(name, kind);
  }
  return map;
}
