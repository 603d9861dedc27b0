/** Writes the status of one object of a cluster, where it differs from what the API server has. */

import type { ApiClient } from '@weft/control-sources';
import type { Logger } from '@weft/telemetry';
import { mergeStatus, type ObservedStatus, type WantedStatus } from './merge-status.ts';

export interface PatchStatusOptions {
  readonly client: ApiClient;
  readonly logger: Pick<Logger, 'warn'>;
  /** RFC 3339. */
  readonly now: () => string;
}

/**
 * @param path of the object, without "/status". @param what for the log. @param wantedOf gets the object as it is there.
 * @returns false where it is to be tried again; an object that is gone needs nothing.
 */
export type PatchStatus = (path: string, what: string, wantedOf: (object: unknown) => WantedStatus) => Promise<boolean>;

export function createPatchStatus({ client, logger, now }: PatchStatusOptions): PatchStatus {
  return async (path, what, wantedOf) => {
    const found = await client.request({ method: 'GET', path });
    if (!found.ok) return found.status === 404;
    const { metadata, status } = found.body as {
      readonly metadata: { readonly generation?: number; readonly resourceVersion?: string };
      readonly status?: ObservedStatus;
    };
    const next = mergeStatus(status ?? {}, wantedOf(found.body), metadata.generation ?? 0, now());
    if (next === undefined) return true;
    const body = { metadata: { resourceVersion: metadata.resourceVersion }, status: next };
    const contentType = 'application/merge-patch+json';
    const answer = await client.request({ method: 'PATCH', path: `${path}/status`, body, contentType });
    // A conflict is no news: somebody else wrote meanwhile, and it is looked at again.
    if (!answer.ok && answer.status !== 409)
      logger.warn({ object: what, reason: answer.message }, 'status not written');
    return answer.ok;
  };
}
