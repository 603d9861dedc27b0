/** Resources as a control plane might have sent them. */

import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { ReceivedResource } from '@weft/xds-protocol';
import type { Resources } from '../cache-file.ts';

export function resource(typeUrl: string, name: string, bytes = 3): ReceivedResource {
  return { name, version: `v-${name}`, body: create(AnySchema, { typeUrl, value: new Uint8Array(bytes).fill(7) }) };
}

export function resourcesOf(...entries: readonly (readonly [string, string])[]): Resources {
  const all = new Map<string, Map<string, ReceivedResource>>();
  for (const [typeUrl, name] of entries) {
    const ofType = all.get(typeUrl) ?? new Map<string, ReceivedResource>();
    all.set(typeUrl, ofType.set(name, resource(typeUrl, name)));
  }
  return all;
}
