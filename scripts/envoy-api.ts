/** Which messages and fields of Envoy's API the sidecar understands, part by part: for docs/reference/envoy-api.md. */

import { createAccessLogKinds, createHttpFilterKinds, createNetworkFilterKinds } from '@weft/data-filters';
import {
  type AccessLogKind,
  commandOperators,
  type HttpFilterKind,
  type NetworkFilterKind,
  supportedParts,
} from '@weft/data-runtime';

interface ApiPart {
  readonly name: string;
  /** Message type → proto names of its fields. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** What takes part in nothing but being listed: a stand-in whose every function gives another one. */
function standIn(): unknown {
  const anything: unknown = new Proxy(() => undefined, {
    get(_target, key) {
      if (key === Symbol.iterator) return () => [].values();
      return key === Symbol.toPrimitive ? () => '' : anything;
    },
    apply: () => anything,
    construct: () => anything as object,
  });
  return anything;
}

/** Names of the operators of format strings. */
export const operators = commandOperators;

export function envoyApi(): readonly ApiPart[] {
  const deps = standIn() as never;
  const plugged: readonly (readonly [string, readonly (HttpFilterKind | NetworkFilterKind | AccessLogKind)[]])[] = [
    ['HTTP filter', createHttpFilterKinds(deps)],
    ['Network filter', createNetworkFilterKinds(deps)],
    ['Access log', createAccessLogKinds(deps)],
  ];
  const plugs = plugged.flatMap(([what, kinds]) =>
    kinds.map(({ schema, supported }) => ({ name: `${what} ${schema.typeName}`, fields: supported })),
  );
  return [...supportedParts, ...plugs];
}
