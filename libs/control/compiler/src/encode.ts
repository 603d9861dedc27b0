/** Messages to bytes, once per content, with a version that is the hash of the content. */

import { createHash } from 'node:crypto';
import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { SnapshotResource } from './snapshot.ts';

export interface Encoder {
  /** Equal name and content: the same object as before, as long as it is kept. */
  encode<Desc extends DescMessage>(schema: Desc, name: string, message: MessageShape<Desc>): SnapshotResource;
}

/** @param resourcesMax resources kept for reuse; the longest unused goes first. */
export function createEncoder(resourcesMax: number): Encoder {
  const kept = new Map<string, SnapshotResource>();
  return {
    encode(schema, name, message) {
      const bytes = toBinary(schema, message);
      const version = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
      const key = `${schema.typeName}|${name}|${version}`;
      const resource = kept.get(key) ?? { name, version, bytes };
      kept.delete(key);
      kept.set(key, resource);
      if (kept.size > resourcesMax) {
        for (const oldest of kept.keys()) {
          kept.delete(oldest);
          break;
        }
      }
      return resource;
    },
  };
}
