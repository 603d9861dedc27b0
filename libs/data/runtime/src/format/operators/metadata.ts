/** DYNAMIC_METADATA, METADATA and UPSTREAM_METADATA: what filters and endpoints carry. */

import { refuse } from '../../check/refuse.ts';
import type { Exchange } from '../../exchange.ts';
import type { CreateOperand, Operand } from '../operand.ts';

export const metadataOperators: Readonly<Record<string, CreateOperand>> = {
  DYNAMIC_METADATA: (argument, where) => dynamicMetadata(pathOf(argument, where)),
  UPSTREAM_METADATA: (argument, where) => endpointMetadata(pathOf(argument, where), where),
  METADATA: (argument, where) => {
    const [kind, ...path] = (argument ?? '').split(':');
    if (kind === 'DYNAMIC') return dynamicMetadata(pathOf(path.join(':'), where));
    if (kind === 'UPSTREAM_HOST') return endpointMetadata(pathOf(path.join(':'), where), where);
    return refuse(where, `format: METADATA(${kind ?? ''}) is not supported`);
  },
};

/** "namespace:key:key", and Envoy's old ["namespace", "key"]. */
function pathOf(argument: string | undefined, where: string): string[] {
  if (argument === undefined || argument === '') refuse(where, 'format: metadata needs a namespace');
  if (!argument.startsWith('[')) return argument.split(':');
  let parsed: unknown;
  try {
    parsed = JSON.parse(argument);
  } catch {
    refuse(where, `format: ${argument} is no list of names`);
  }
  const names = Array.isArray(parsed) ? parsed.filter((name): name is string => typeof name === 'string') : [];
  if (names.length === 0) refuse(where, `format: ${argument} is no list of names`);
  return names;
}

function dynamicMetadata(path: readonly string[]): Operand {
  const [namespace = '', ...keys] = path;
  return {
    kind: 'value',
    change: 'always',
    read({ metadata }: Exchange) {
      let found: unknown = metadata?.get(namespace);
      for (const key of keys) {
        if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
        found = (found as Record<string, unknown>)[key];
      }
      return found;
    },
  };
}

function endpointMetadata(path: readonly string[], where: string): Operand {
  const [namespace, key, more] = path;
  if (namespace !== 'envoy.lb' || key === undefined || more !== undefined)
    refuse(where, 'format: of an endpoint’s metadata only a key of envoy.lb is supported');
  return { kind: 'value', change: 'often', read: ({ endpoint }: Exchange) => endpoint?.lbMetadata[key] };
}
