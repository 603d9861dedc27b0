/** YAML nodes to plain JSON values: duplicate keys, `__proto__`, alias bombs and what JSON does not know are problems. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { limits } from '../limits.ts';
import { childPath } from './path.ts';

/** Offsets into the text. */
export interface Place {
  readonly key: number;
  readonly value: number;
}

export interface Problem {
  readonly offset: number;
  readonly path: string;
  readonly message: string;
}

interface Conversion {
  readonly budget: { nodes: number };
  readonly places: Map<string, Place>;
  readonly problems: Problem[];
  readonly anchors: Map<string, Node>;
  readonly open: Set<unknown>;
  aliases: number;
  depth: number;
}

/**
 * Fills `places` and `problems`. A null stays null.
 * @param budget how many nodes the file may still have; counted down, and a problem when it reaches 0.
 */
export function convert(
  root: Node,
  budget: { nodes: number },
  places: Map<string, Place>,
  problems: Problem[],
): unknown {
  const state: Conversion = { budget, places, problems, anchors: new Map(), open: new Set(), aliases: 0, depth: 0 };
  const start = offsetOf(root, 0);
  places.set('', { key: start, value: start });
  return toValue(root, '', start, state);
}

function offsetOf(node: unknown, otherwise: number): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? otherwise;
}

function refuse(state: Conversion, offset: number, path: string, message: string): null {
  state.problems.push({ offset, path, message });
  return null;
}

/** @param key offset of the key that leads here: where a problem of an absent value is shown. */
function toValue(node: unknown, path: string, key: number, state: Conversion): unknown {
  const offset = offsetOf(node, key);
  if (state.budget.nodes <= 0) return null;
  if (--state.budget.nodes === 0)
    return refuse(state, offset, path, `the file has more than ${limits.nodesMax} values`);
  if (node === null || node === undefined) return null;
  if (isAlias(node)) return aliasValue(node.source, path, offset, state);
  const anchor = (node as { anchor?: string }).anchor;
  if (anchor !== undefined) state.anchors.set(anchor, node as Node);
  if (isScalar(node)) return scalarValue(node.value, path, offset, state);
  if (!isMap(node) && !isSeq(node)) return refuse(state, offset, path, 'this is not a value');
  if (state.depth === limits.depthMax) return refuse(state, offset, path, `nested deeper than ${limits.depthMax}`);
  state.depth++;
  state.open.add(node);
  const value = isMap(node) ? mapValue(node, path, state) : listValue(node, path, state);
  state.open.delete(node);
  state.depth--;
  return value;
}

function scalarValue(value: unknown, path: string, offset: number, state: Conversion): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return refuse(state, offset, path, 'this value has no form in JSON; write a string, a number or a boolean');
}

function aliasValue(name: string, path: string, offset: number, state: Conversion): unknown {
  const target = state.anchors.get(name);
  if (target === undefined) return refuse(state, offset, path, `alias *${name} has no anchor before it`);
  if (state.open.has(target)) return refuse(state, offset, path, `alias *${name} contains itself`);
  if (++state.aliases > limits.aliasesMax) {
    if (state.aliases > limits.aliasesMax + 1) return null;
    return refuse(state, offset, path, `the document has more than ${limits.aliasesMax} aliases`);
  }
  return toValue(target, path, offset, state);
}

function listValue(list: YAMLSeq, path: string, state: Conversion): unknown[] {
  return list.items.map((item, index) => {
    const itemPath = childPath(path, index);
    const offset = offsetOf(item, offsetOf(list, 0));
    state.places.set(itemPath, { key: offset, value: offset });
    return toValue(item, itemPath, offset, state);
  });
}

function mapValue(map: YAMLMap, path: string, state: Conversion): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const seen = new Set<string>();
  const merges: Pair[] = [];
  for (const pair of map.items) {
    const offset = offsetOf(pair.key, offsetOf(map, 0));
    if (isScalar(pair.key) && isMergeKey(pair.key.value)) {
      merges.push(pair);
      continue;
    }
    const key = keyOf(pair.key, path, offset, state);
    if (key === undefined) continue;
    const itemPath = childPath(path, key);
    if (seen.has(key)) {
      refuse(state, offset, itemPath, `${JSON.stringify(key)} is given twice`);
      continue;
    }
    seen.add(key);
    state.places.set(itemPath, { key: offset, value: offsetOf(pair.value, offset) });
    result[key] = toValue(pair.value, itemPath, offset, state);
  }
  for (const merge of merges) mergeInto(result, seen, merge, path, state);
  return result;
}

/** The library marks the plain key `<<` with a symbol when merging is on; quoted, it stays a string. */
function isMergeKey(value: unknown): boolean {
  return typeof value === 'symbol';
}

function keyOf(node: unknown, path: string, offset: number, state: Conversion): string | undefined {
  const key = isScalar(node) ? node.value : undefined;
  if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'boolean') {
    refuse(state, offset, path, 'a key must be a string');
    return undefined;
  }
  const anchor = (node as { anchor?: string }).anchor;
  if (anchor !== undefined) state.anchors.set(anchor, node as Node);
  if (key === '__proto__') {
    refuse(state, offset, path, 'the key "__proto__" is not allowed');
    return undefined;
  }
  return String(key);
}

/** YAML's `<<: *base`: keys of the map itself win, then those of earlier bases. */
function mergeInto(
  result: Record<string, unknown>,
  seen: Set<string>,
  pair: Pair,
  path: string,
  state: Conversion,
): void {
  const offset = offsetOf(pair.key, 0);
  const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
  for (const source of sources) {
    const target = isAlias(source) ? state.anchors.get(source.source) : source;
    if (!isMap(target) || state.open.has(target)) {
      refuse(state, offset, path, '"<<" takes a map or an alias of one');
      continue;
    }
    if (isAlias(source) && ++state.aliases > limits.aliasesMax) {
      refuse(state, offset, path, `the document has more than ${limits.aliasesMax} aliases`);
      return;
    }
    const merged = toValue(target, path, offset, state) as Record<string, unknown> | null;
    for (const [key, value] of Object.entries(merged ?? {})) {
      if (seen.has(key)) continue;
      seen.add(key);
      result[key] = value;
    }
  }
}
