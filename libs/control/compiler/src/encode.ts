/** Messages to bytes, once per content, with a version that is the hash of the content. */

import { createHash } from 'node:crypto';
import { type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { SnapshotResource } from './snapshot.ts';

export interface Encoder {
  /** Equal name and content: the same object as before, as long as somebody has it. */
  encode<Desc extends DescMessage>(schema: Desc, name: string, message: MessageShape<Desc>): SnapshotResource;
}

/** @param resourcesMax resources found again; the longest unused goes first. None is kept that nobody else has: a route table may be megabytes, and each change makes a new one. */
export function createEncoder(resourcesMax: number): Encoder {
  const known = new Map<string, WeakRef<SnapshotResource>>();
  const gone = new FinalizationRegistry<string>((key) => {
    if (known.get(key)?.deref() === undefined) known.delete(key);
  });
  return {
    encode(schema, name, message) {
      const bytes = toBinary(schema, message);
      const version = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
      const key = `${schema.typeName}|${name}|${version}`;
      const before = known.get(key);
      const found = before?.deref();
      known.delete(key);
      if (before !== undefined && found !== undefined) {
        known.set(key, before);
        return found;
      }
      const resource: SnapshotResource = { name, version, bytes };
      known.set(key, new WeakRef(resource));
      gone.register(resource, key);
      const [oldest] = known.keys();
      if (known.size > resourcesMax && oldest !== undefined) known.delete(oldest);
      return resource;
    },
  };
}
