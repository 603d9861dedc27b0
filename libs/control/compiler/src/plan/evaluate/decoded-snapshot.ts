/** A snapshot as messages again: what an evaluation and a comparison read. */

import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { type MessageOf, type ResourceType, schemas } from '../../resource-types.ts';
import { type Snapshot, type SnapshotResource, typeUrls } from '../../snapshot.ts';

export interface DecodedSnapshot {
  readonly listeners: ReadonlyMap<string, MessageOf<'listener'>>;
  readonly routes: ReadonlyMap<string, MessageOf<'route'>>;
  readonly clusters: ReadonlyMap<string, MessageOf<'cluster'>>;
  readonly endpoints: ReadonlyMap<string, MessageOf<'endpoint'>>;
}

export function decodeSnapshot({ resources }: Snapshot): DecodedSnapshot {
  const all = <T extends ResourceType>(type: T): ReadonlyMap<string, MessageOf<T>> =>
    new Map(
      [...(resources.get(typeUrls[type]) ?? [])].map(
        ([name, resource]) => [name, decoded(schemas[type], resource) as MessageOf<T>] as const,
      ),
    );
  return { listeners: all('listener'), routes: all('route'), clusters: all('cluster'), endpoints: all('endpoint') };
}

/** Proxies share resources: each is decoded once. */
const messages = new WeakMap<SnapshotResource, unknown>();

function decoded<Desc extends DescMessage>(schema: Desc, resource: SnapshotResource): MessageShape<Desc> {
  const known = messages.get(resource);
  if (known !== undefined) return known as MessageShape<Desc>;
  const message = fromBinary(schema, resource.bytes);
  messages.set(resource, message);
  return message;
}
