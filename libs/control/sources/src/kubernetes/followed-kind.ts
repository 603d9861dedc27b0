/** One kind of objects, followed: what came of it, and why it cannot be read now. */

import type { Clock, Random } from '@weft/kernel';
import type { SourceLogger } from '../source.ts';
import type { ApiClient, ApiFailure } from './api/api-client.ts';
import type { KubernetesLimits } from './limits.ts';
import { createListWatch, type ListWatch, type ListWatchTarget } from './list-watch.ts';
import type { ObjectTable } from './object-table.ts';

export interface Followed {
  readonly listWatch: ListWatch;
  /** Resolves when it was read once, or need not be waited for. */
  readonly read: Promise<void>;
  /** Why it cannot be read now. */
  trouble(): ApiFailure | undefined;
}

/** Where the objects go. */
export type ObjectChanges = Pick<ObjectTable, 'replace' | 'apply'>;

export interface FollowedKindOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: SourceLogger;
  readonly limits: KubernetesLimits;
  /** For the log: "kubernetes/Service". */
  readonly name: string;
  readonly target: ListWatchTarget;
  /** False: an API server that does not let us read it is not waited for. */
  readonly essential: boolean;
  readonly objects: ObjectChanges;
  /** Told of every change, of troubles too. */
  readonly changed: () => void;
}

const refused = new Set([401, 403]);

/** Not started yet. */
export function followKind(options: FollowedKindOptions): Followed {
  const { client, logger, name, objects: on, changed } = options;
  let trouble: ApiFailure | undefined;
  let resolveRead = (): void => {};
  const read = new Promise<void>((resolve) => {
    resolveRead = resolve;
  });
  const recovered = (): void => {
    if (trouble === undefined) return;
    trouble = undefined;
    logger.info({ kind: name, server: client.server }, 'kind can be read again');
    changed();
  };
  const replace = (objects: Parameters<ObjectTable['replace']>[0]): void => {
    recovered();
    if (on.replace(objects)) changed();
    resolveRead();
  };
  const failed = (failure: ApiFailure): void => {
    const { status, message } = failure;
    if (trouble?.message !== message) {
      logger.warn(
        { kind: name, server: client.server, status, reason: message },
        'kind cannot be read; it is tried again',
      );
      trouble = failure;
      changed();
    }
    if (!options.essential && refused.has(status)) resolveRead();
  };
  const listWatch = createListWatch({
    ...options,
    handler: {
      replace,
      apply(object, change) {
        if (on.apply(object, change)) changed();
      },
      absent: () => replace([]),
      recovered,
      failed,
    },
  });
  return { listWatch, read, trouble: () => trouble };
}
