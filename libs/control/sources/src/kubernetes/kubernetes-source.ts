/** A Kubernetes API server as a source of resources: every kind that the mesh reads, listed and watched. */

import type { Cancel, Clock, Random } from '@weft/kernel';
import type { AnyResource, Kind, MeshConfig } from '@weft/model';
import type { FileState, ResourceSource, SourceLogger } from '../source.ts';
import type { ApiClient, ApiFailure } from './api/api-client.ts';
import { type Followed, followKind, type ObjectChanges } from './followed-kind.ts';
import { type KubernetesLimits, kubernetesLimits } from './limits.ts';
import type { ListWatchTarget } from './list-watch.ts';
import { createMeshObject } from './mesh-object.ts';
import { createObjectTable, type ObjectTable } from './object-table.ts';
import { groupPath, type WatchedKind, watchedKinds } from './watched-kinds.ts';

export interface KubernetesSourceOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: SourceLogger;
  readonly onChange: () => void;
  /** Where Istio's ConfigMap `istio` is looked for: "istio-system". */
  readonly rootNamespace: string;
  /** `kubernetesLimits` where absent. */
  readonly limits?: Partial<KubernetesLimits>;
}

/** Its files are objects, "kubernetes/<kind>/<namespace>/<name>", and "kubernetes/<kind>" for a kind that cannot be read. */
export interface KubernetesSource extends ResourceSource {
  /**
   * Resolves when every kind was read once, or is not there, or may be missing and cannot be read. An API server that does not answer is waited for:
   * a control plane that knows nothing would tell the proxies to forget everything.
   */
  start(): Promise<void>;
  /** Istio's MeshConfig in force; undefined where the cluster has none. */
  meshConfig(): MeshConfig | undefined;
}

export function createKubernetesSource(options: KubernetesSourceOptions): KubernetesSource {
  const { client, clock, random, logger, onChange, rootNamespace } = options;
  const limits = { ...kubernetesLimits, ...options.limits };
  const tables = new Map<Kind, ObjectTable>();
  const followed = new Map<string, Followed>();
  const meshFile = `kubernetes/ConfigMap/${rootNamespace}/istio`;
  const mesh = createMeshObject(meshFile, clock, logger);
  let state: 'new' | 'started' | 'stopped' = 'new';
  let cancelGather: Cancel | undefined;
  let gatherMs = limits.gatherMs;
  let endWaiting = (): void => {};
  const stoppedBefore = new Promise<void>((resolve) => {
    endWaiting = resolve;
  });
  let resources: readonly AnyResource[] | undefined;
  let files: readonly FileState[] | undefined;

  const changed = (): void => {
    resources = undefined;
    files = undefined;
    if (state !== 'started' || cancelGather !== undefined) return;
    cancelGather = clock.after(gatherMs, () => {
      cancelGather = undefined;
      const before = clock.monotonic();
      onChange();
      // Where following takes long, changes that go on and on must not take all of the processor.
      gatherMs = Math.min(limits.gatherMaxMs, Math.max(limits.gatherMs, 2 * (clock.monotonic() - before)));
    });
  };
  const room = (): boolean => {
    let held = 0;
    for (const table of tables.values()) held += table.size();
    return held < limits.objectsMax;
  };

  const follow = (name: string, target: ListWatchTarget, essential: boolean, objects: ObjectChanges): void => {
    followed.set(
      name,
      followKind({ client, clock, random, logger, limits, name, target, essential, objects, changed }),
    );
  };
  for (const [kind, watched] of Object.entries(watchedKinds) as [Kind, WatchedKind][]) {
    const { isRead } = watched;
    const table = createObjectTable({ kind, clock, logger, room, ...(isRead === undefined ? {} : { isRead }) });
    tables.set(kind, table);
    follow(`kubernetes/${kind}`, targetOf(watched), watched.essential, table);
  }
  follow(
    meshFile,
    { paths: [`/api/v1/namespaces/${rootNamespace}/configmaps`], fieldSelector: 'metadata.name=istio' },
    false,
    {
      replace: (objects) => mesh.set(objects[0]),
      apply: (object, change) => mesh.set(change === 'removed' ? undefined : object),
    },
  );

  const sortedTables = [...tables].sort(([a], [b]) => (`${a}/` < `${b}/` ? -1 : 1)).map(([, table]) => table);
  const allFiles = (): readonly FileState[] => {
    const troubles = [...followed].flatMap(([file, one]) => troubleState(file, one.trouble()));
    const all = [...sortedTables.flatMap((table) => table.files()), ...mesh.files(), ...troubles];
    return Object.freeze(all.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)));
  };

  return {
    async start() {
      const all = [...followed.values()];
      for (const { listWatch } of all) listWatch.start();
      await Promise.race([Promise.all(all.map(({ read }) => read)), stoppedBefore]);
      if (state === 'new') state = 'started';
    },
    async stop() {
      state = 'stopped';
      cancelGather?.();
      endWaiting();
      await Promise.all([...followed.values()].map(({ listWatch }) => listWatch.stop()));
    },
    resources: () => {
      resources ??= Object.freeze(sortedTables.flatMap((table) => table.resources()));
      return resources;
    },
    files: () => {
      files ??= allFiles();
      return files;
    },
    meshConfig: mesh.current,
  };
}

function targetOf({ group, versions, plural, fieldSelector }: WatchedKind): ListWatchTarget {
  const paths = versions.map((version) => `${groupPath(group, version)}/${plural}`);
  return { paths, ...(fieldSelector === undefined ? {} : { fieldSelector }) };
}

function troubleState(file: string, trouble: ApiFailure | undefined): FileState[] {
  if (trouble === undefined) return [];
  const violation = { file, line: 1, column: 1, path: '', message: `cannot be read: ${trouble.message}` };
  return [{ file, state: 'rejected', resources: 0, violations: [violation], lastGoodAt: '' }];
}
