/** The configuration in force: sources joined into one model, and the registry that follows it. */

import { join } from 'node:path';
import type { WorkloadIdentity } from '@weft/control-ca';
import { createRegistry, type Registry } from '@weft/control-registry';
import {
  type ApiClient,
  type AppliedSource,
  createAppliedSource,
  createFolderSource,
  createKubernetesSource,
  createMeshConfigSource,
  type FileState,
  type FolderSource,
} from '@weft/control-sources';
import {
  type AnyResource,
  createModel,
  defaultMeshConfig,
  describeViolation,
  type MeshConfig,
  type Model,
  resourceKey,
} from '@weft/model';
import type { ControlPlaneOptions } from './options.ts';

export interface MeshState {
  readonly registry: Registry;
  readonly applied: AppliedSource;
  readonly folders: readonly FolderSource[];
  model(): Model;
  /** Istio's MeshConfig in force; the same object until it changes. */
  mesh(): MeshConfig;
  files(): readonly FileState[];
  /** Resources that lost to another of their kind and name, and what the registry could not do. */
  notices(): readonly string[];
  /** One for each WorkloadGroup. */
  groups(): readonly WorkloadIdentity[];
  /** Reads everything that is there once. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Istio's defaults log no access; a mesh that nobody configured shows what it does (decision 0017). */
const meshWithoutConfig: MeshConfig = { ...defaultMeshConfig, accessLogFile: '/dev/stdout', accessLogEncoding: 'JSON' };

/**
 * @param onModel called after each change of the model, when the registry has followed.
 * @param client of the cluster whose objects count too; nothing: there is none.
 */
export function createMeshState(
  options: ControlPlaneOptions,
  onModel: (model: Model) => void,
  client?: ApiClient,
): MeshState {
  const { clock, logger, domain, trustDomain } = options;
  let model = createModel([]);
  let started = false;
  const registry = createRegistry({ model, clock, domain, trustDomain });

  const rebuild = (): void => {
    if (!started) return;
    // What a file says wins over what was applied.
    const lists = [...folders, applied, ...(cluster === undefined ? [] : [cluster])].map((from) => from.resources());
    model = createModel(([] as AnyResource[]).concat(...lists), model);
    registry.setModel(model);
    onModel(model);
  };
  const folders = options.configDirs.map((dir) => createFolderSource({ dir, clock, logger, onChange: rebuild }));
  const meshConfig =
    options.meshConfig === undefined
      ? undefined
      : createMeshConfigSource({ file: options.meshConfig, clock, logger, onChange: rebuild });
  const cluster =
    client === undefined || options.kubernetes === undefined
      ? undefined
      : createKubernetesSource({
          client,
          clock,
          random: options.kubernetes.random,
          logger,
          onChange: rebuild,
          rootNamespace: options.kubernetes.access.namespace,
        });
  const applied = createAppliedSource({
    dir: join(options.stateDir, 'applied'),
    clock,
    logger,
    onChange: rebuild,
  });

  return {
    registry,
    applied,
    folders,
    model: () => model,
    mesh: () => meshConfig?.current() ?? cluster?.meshConfig() ?? meshWithoutConfig,
    files: () => [
      ...folders.flatMap((folder) => folder.files()),
      ...(meshConfig === undefined ? [] : [meshConfig.state()]),
      ...applied.files(),
      ...(cluster?.files() ?? []),
    ],
    notices: () => [...model.duplicates.map(describeViolation), ...registry.view().notices],
    groups: () =>
      model.byKind('WorkloadGroup').map((group) => ({
        group: resourceKey(group),
        namespace: group.namespace,
        serviceAccount: group.spec.template.serviceAccount ?? 'default',
      })),
    async start() {
      await Promise.all([
        ...folders.map((folder) => folder.start()),
        meshConfig?.start(),
        applied.start(),
        cluster?.start(),
      ]);
      started = true;
      rebuild();
    },
    async stop() {
      await Promise.all([
        ...folders.map((folder) => folder.stop()),
        meshConfig?.stop(),
        applied.stop(),
        cluster?.stop(),
      ]);
    },
  };
}
