/** One update, all or nothing: compile every resource first, change tables only when all of them are good. */

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { WeftError } from '@weft/kernel';
import type { ResourceUpdate } from '@weft/xds-protocol';
import { refuse, unpack } from './check/refuse.ts';
import { refusalsNamedMax } from './limits.ts';

export interface ResourceKind {
  readonly typeUrl: string;
  /** @returns a reason for a NACK; nothing when the update is in force. */
  apply(update: ResourceUpdate): string | undefined;
}

export interface ResourceKindOptions<Compiled> {
  readonly schema: DescMessage;
  /** @param where "Cluster outbound|8080||x". @throws WeftError `config_rejected` */
  compile(body: Any | undefined, name: string, where: string): Compiled;
  commit(changed: ReadonlyMap<string, Compiled>, removed: readonly string[]): void;
}

export function createResourceKind<Compiled>(options: ResourceKindOptions<Compiled>): ResourceKind {
  const { schema } = options;
  return {
    typeUrl: `type.googleapis.com/${schema.typeName}`,
    apply(update) {
      const changed = new Map<string, Compiled>();
      const refusals: string[] = [];
      for (const resource of update.changed) {
        const where = `${schema.name} ${resource.name}`;
        try {
          changed.set(resource.name, options.compile(resource.body, resource.name, where));
        } catch (error) {
          if (!(error instanceof WeftError)) throw error;
          refusals.push(error.message);
        }
      }
      if (refusals.length > 0) return describe(refusals);
      options.commit(changed, update.removed);
      return undefined;
    },
  };
}

/**
 * For kinds that are compiled from the whole message.
 * @param nameOf the name inside the message, which must be the resource's own.
 */
export function fromMessage<Desc extends DescMessage, Compiled>(
  schema: Desc,
  nameOf: (message: MessageShape<Desc>) => string,
  compile: (message: MessageShape<Desc>, where: string) => Compiled,
): (body: Any | undefined, name: string, where: string) => Compiled {
  return (body, name, where) => {
    const message = unpack(body, schema, where);
    const own = nameOf(message);
    if (own !== name) refuse(where, `the message is named ${JSON.stringify(own)}`);
    return compile(message, where);
  };
}

function describe(refusals: readonly string[]): string {
  const named = refusals.slice(0, refusalsNamedMax).join('; ');
  const more = refusals.length - refusalsNamedMax;
  return more > 0 ? `${named}; and ${more} more` : named;
}
