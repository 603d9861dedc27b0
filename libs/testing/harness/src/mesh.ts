/** A whole mesh in one process: a real control plane on YAML files, real sidecars, real sockets. */

import { rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { type ControlPlane, createControlPlane } from '@weft/control-plane';
import { systemClock } from '@weft/kernel';
import { freePorts } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { createConfigFolder } from './config-folder.ts';
import { startWorkload, type Workload } from './workload.ts';

export interface TestMesh {
  readonly apiPort: number;
  readonly folder: string;
  /** Writes a file of the configuration folder as an editor does: beside, then renamed. */
  write(file: string, yaml: string): void;
  /** Starts a sidecar for the WorkloadGroup `namespace/group`, with an application behind it where one is given. */
  workload(namespace: string, group: string, app?: RequestListener): Promise<Workload>;
  gateway(namespace: string, group: string): Promise<Workload>;
  stopControlPlane(): Promise<void>;
  startControlPlane(): Promise<void>;
  stop(): Promise<void>;
}

/** @param files name → YAML, the first content of the configuration folder. @param meshConfig Istio's MeshConfig as YAML; absent: Weft's. */
export async function startMesh(files: Readonly<Record<string, string>>, meshConfig?: string): Promise<TestMesh> {
  const { folder, configDir, write } = createConfigFolder(files);
  const [xdsPort = 0, monitoringPort = 0, apiPort = 0] = await freePorts(3);
  const meshConfigFile = join(folder, 'mesh-config.yaml');
  if (meshConfig !== undefined) writeFileSync(meshConfigFile, meshConfig);
  const logger = createLogger({ name: 'test', level: 'fatal' });
  const local = (port: number) => ({ host: '127.0.0.1', port });
  let plane: ControlPlane | undefined;
  const startControlPlane = async (): Promise<void> => {
    plane = createControlPlane({
      configDirs: [configDir],
      stateDir: join(folder, 'control-plane'),
      tokenDir: join(folder, 'tokens'),
      xds: local(xdsPort),
      monitoring: local(monitoringPort),
      api: local(apiPort),
      trustDomain: 'cluster.local',
      domain: 'cluster.local',
      sans: [],
      ...(meshConfig === undefined ? {} : { meshConfig: meshConfigFile }),
      version: 'test',
      clock: systemClock,
      logger,
    });
    await plane.start();
  };
  await startControlPlane();
  const workloads: Workload[] = [];
  const place = { folder, xdsPort, logger };
  const add = async (starting: Promise<Workload>): Promise<Workload> => {
    const workload = await starting;
    workloads.push(workload);
    return workload;
  };
  return {
    apiPort,
    folder,
    write,
    workload: (namespace, group, app) => add(startWorkload(place, { namespace, group, mode: 'sidecar', app })),
    gateway: (namespace, group) => add(startWorkload(place, { namespace, group, mode: 'gateway' })),
    async stopControlPlane() {
      await plane?.stop();
      plane = undefined;
    },
    startControlPlane,
    async stop() {
      await Promise.all(workloads.map((workload) => workload.stop()));
      await plane?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
