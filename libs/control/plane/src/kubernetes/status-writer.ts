/** Writes the statuses that are due, and remembers which are written. */

import type { MeshConfig, Model, Resource } from '@weft/model';
import {
  type AddressesOf,
  dueStatuses,
  isRefusedRoute,
  nameOfObject,
  pathOfRefused,
  type RefusedObject,
  statusOfRefused,
} from './due-statuses.ts';
import { createPatchStatus, type PatchStatusOptions } from './patch-status.ts';

export interface StatusWriter {
  /** Writes what is due, one object after the other. @returns false where some is to be tried again. */
  write(model: Model, refused?: readonly RefusedObject[]): Promise<boolean>;
  /** Another replica led meanwhile: what is there is not known any more. */
  forget(): void;
}

export interface StatusWriterOptions extends PatchStatusOptions {
  readonly mesh: () => MeshConfig;
  readonly addressesOf: AddressesOf;
  /** True: stop in the middle. */
  readonly stopped: () => boolean;
}

export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  const patch = createPatchStatus(options);
  /** Object → what was written last, and for which version of it. */
  const written = new Map<string, { readonly resource: Resource; readonly wanted: string }>();
  return {
    async write(model, refused = []) {
      let complete = true;
      const routes = refused.filter(isRefusedRoute);
      const unread = new Set(routes.map(nameOfObject));
      const all = dueStatuses(model, options.mesh(), options.addressesOf).filter(({ what }) => !unread.has(what));
      const names = new Set(all.map(({ what }) => what));
      for (const what of [...written.keys()]) if (!names.has(what)) written.delete(what);
      for (const { what, path, resource, wanted: status } of all) {
        if (options.stopped()) return false;
        const wanted = JSON.stringify(status);
        const last = written.get(what);
        if (last?.resource === resource && last.wanted === wanted) continue;
        if (await patch(path, what, () => status)) written.set(what, { resource, wanted });
        else complete = false;
      }
      for (const route of routes) {
        if (options.stopped()) return false;
        // Looked at each time: what we could not read is not known by its version either.
        const done = await patch(pathOfRefused(route), nameOfObject(route), (object) =>
          statusOfRefused(model, route, object),
        );
        if (!done) complete = false;
      }
      return complete;
    },
    forget: () => written.clear(),
  };
}
