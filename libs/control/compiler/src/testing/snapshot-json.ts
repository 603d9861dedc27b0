/** A snapshot as the JSON that Envoy's documentation uses, with sorted keys. */

import { fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { messageRegistry } from '@weft/xds-messages/registry';
import { type ResourceType, schemas } from '../resource-types.ts';
import { type Snapshot, typeUrls } from '../snapshot.ts';

const registry = messageRegistry();

export function resourceJson(snapshot: Snapshot, type: ResourceType, name: string): JsonValue {
  const resource = snapshot.resources.get(typeUrls[type])?.get(name);
  if (resource === undefined) throw new Error(`no ${type} ${name}`);
  const message = fromBinary(schemas[type], resource.bytes);
  return sortKeys(toJson(schemas[type], message, { registry, useProtoFieldName: true }));
}

/** @param types which of the kinds to show. */
export function snapshotJson(snapshot: Snapshot, types: readonly ResourceType[]): JsonValue {
  const shown: Record<string, JsonValue> = {};
  for (const type of types) {
    const names = [...(snapshot.resources.get(typeUrls[type])?.keys() ?? [])];
    shown[type] = names.map((name) => resourceJson(snapshot, type, name));
  }
  return { ...shown, notices: [...snapshot.notices] };
}

function sortKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, JsonValue> = {};
  for (const key of Object.keys(value).sort()) {
    const child = value[key];
    if (child !== undefined) sorted[key] = sortKeys(child);
  }
  return sorted;
}
