/** Our roots in a ConfigMap of every namespace, where proxies look for them before they have anything of ours. */

import type { ApiClient } from '@weft/control-sources';
import type { Model } from '@weft/model';
import type { Logger } from '@weft/telemetry';
import { clusterNames } from './names.ts';

export interface RootPublisher {
  /** Writes where a namespace has not got these roots from us yet. @returns false where it is to be tried again. */
  publish(model: Model, rootsPem: string): Promise<boolean>;
  /** Another replica led meanwhile: what is there is not known any more. */
  forget(): void;
}

export function createRootPublisher(client: ApiClient, logger: Pick<Logger, 'warn'>): RootPublisher {
  /** Namespace → the roots it was given. */
  const given = new Map<string, string>();
  return {
    async publish(model, rootsPem) {
      const names = model
        .byKind('Namespace')
        .filter(({ spec }) => spec.phase !== 'Terminating')
        .map(({ name }) => name);
      for (const known of [...given.keys()]) if (!names.includes(known)) given.delete(known);
      let complete = true;
      for (const namespace of names) {
        if (given.get(namespace) === rootsPem) continue;
        const { roots: name, rootsKey, manager } = clusterNames;
        const path = `/api/v1/namespaces/${namespace}/configmaps/${name}?fieldManager=${manager}&force=true`;
        const labels = { 'istio.io/config': 'true' };
        const body = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels },
          data: { [rootsKey]: rootsPem },
        };
        const written = await client.request({
          method: 'PATCH',
          path,
          body,
          contentType: 'application/apply-patch+yaml',
        });
        if (written.ok) given.set(namespace, rootsPem);
        else complete = false;
        if (!written.ok)
          logger.warn({ namespace, reason: written.message }, 'the roots cannot be put into a namespace now');
      }
      return complete;
    },
    forget: () => given.clear(),
  };
}
