/** A whole mesh on this machine, as processes: the composition behind `weft up`. */

import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { Clock } from '@weft/kernel';
import { fileFailure, LaunchError } from '../launch-error.ts';
import { type Layout, layoutOf } from '../plan/layout.ts';
import { planControlPlane, planGateway, planSidecars } from '../plan/mesh.ts';
import { blockAt, type MeshPorts } from '../plan/ports.ts';
import type { ProcessSpec } from '../plan/process-spec.ts';
import { planServices } from '../plan/services.ts';
import { meshApps, shopDatabases, shopServices } from '../plan/shop.ts';
import { assertEnvoy, chosenWorkloads, type SidecarChoice } from '../plan/sidecar-choice.ts';
import { passwordFileOf } from '../postgres/credentials.ts';
import { databaseDirOf, planPostgres } from '../postgres/plan.ts';
import type { ChildState } from '../process/child.ts';
import { followLog } from '../process/log-file.ts';
import { markerVariable } from '../process/marker.ts';
import { assertPortsFree } from '../process/ports.ts';
import { createSupervisor, type Supervisor } from '../process/supervisor.ts';
import { ensureBuilt } from './build.ts';
import { type Claim, claimRun } from './claim.ts';
import { baseEnvironment } from './environment.ts';
import { assertNodeVersion } from './node-version.ts';
import { shopPaths, waitForShop } from './shop-check.ts';

export interface MeshOptions {
  /** Folder of the repository: holds `apps/` and `node_modules/`. */
  readonly root: string;
  /** Run folder, `.weft`. */
  readonly dir: string;
  /** Folder with the rules. */
  readonly configDir: string;
  /** False: the services alone, which find one another through a folder. */
  readonly mesh: boolean;
  readonly ports: MeshPorts;
  readonly logLevel: string;
  /** Weft's own everywhere, where absent. */
  readonly sidecarOf?: SidecarChoice;
  /** False: bundles are taken as they are. */
  readonly build: boolean;
  readonly verbose: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Replaces the plan: for tests. */
  readonly plan?: (layout: Layout, env: Readonly<Record<string, string>>) => readonly ProcessSpec[];
  readonly observer: MeshObserver;
}

export interface MeshObserver {
  /** One line about the whole. */
  onNotice(line: string): void;
  /** All processes of the plan, before the first starts. */
  onPlan(names: readonly string[]): void;
  onState(name: string, state: ChildState, detail: string): void;
  /** With `verbose`: a line of a process's log. */
  onLog(name: string, line: string): void;
}

export interface Mesh {
  /** Resolves when an order can be placed. @throws LaunchError; the caller then stops it. */
  start(): Promise<MeshInfo>;
  stop(): Promise<void>;
  /** Ends everything at once, from a signal handler. */
  kill(): void;
}

export interface MeshInfo {
  readonly urls: Readonly<Record<string, string>>;
  readonly layout: Layout;
  /** False where the rules do not let the shop's products through the gateway. */
  readonly shopAnswers: boolean;
  /** A product to order; empty where none is known. */
  readonly sku: string;
}

export function createMesh(options: MeshOptions): Mesh {
  const { observer, clock } = options;
  const layout = layoutOf(options.dir);
  let supervisor: Supervisor | undefined;
  let claim: Claim | undefined;
  const stopFollowing: (() => void)[] = [];
  const ended = new AbortController();
  const assertNotEnded = (): void => {
    if (ended.signal.aborted) throw new LaunchError('not-running', 'the start was broken off');
  };

  const begin = async (): Promise<void> => {
    assertNodeVersion(process.versions.node);
    if (usesEnvoy(options)) assertEnvoy(options.env['PATH']);
    makeRunDir(layout);
    claim = await claimRun({
      runFile: layout.runFile,
      dataDir: databaseDirOf(layout),
      what: options.mesh ? 'the mesh' : 'the shop without a mesh',
      clock,
      howToEnd: '`npx weft down` stops it, `npx weft status` shows it',
      onLeftovers: (left) =>
        observer.onNotice(
          `ending ${left.length} processes that an earlier run left: ${left.map((p) => p.name).join(', ')}`,
        ),
    });
    if (options.build) await build(options, layout, ended.signal);
  };

  return {
    async start() {
      await begin();
      assertNotEnded();
      const baseEnv = baseEnvironment(options.env, layout, layout.runFile);
      const specs = options.plan?.(layout, baseEnv) ?? planAll(options, layout, baseEnv);
      await assertPortsFree(specs.flatMap((spec) => spec.ports.map((port) => ({ port, by: spec.name }))));
      assertNotEnded();
      observer.onPlan(specs.map((spec) => spec.name));
      supervisor = createSupervisor({
        specs,
        clock,
        logOf: layout.logOf,
        otherLogs: specs.map((spec) => layout.accessLogOf(spec.name)),
        onState: observer.onState,
        onProcesses: (processes) => claim?.update({ processes }),
      });
      if (options.verbose) {
        for (const { name } of specs) {
          stopFollowing.push(followLog(clock, layout.logOf(name), (line) => observer.onLog(name, line)));
        }
      }
      await supervisor.start();
      assertNotEnded();
      const urls = urlsOf(options);
      const check = options.plan === undefined ? await waitForShop(clock, checkUrlsOf(options)) : undefined;
      claim?.update({ urls, admin: adminOf(options), state: 'ready' });
      return { urls, layout, shopAnswers: check?.answers ?? true, sku: check?.sku ?? '' };
    },
    async stop() {
      ended.abort();
      claim?.update({ state: 'stopping' });
      await supervisor?.stop();
      for (const cancel of stopFollowing) cancel();
      claim?.release();
    },
    kill() {
      ended.abort();
      supervisor?.kill();
      claim?.release();
    },
  };
}

function usesEnvoy({ mesh, sidecarOf }: MeshOptions): boolean {
  return mesh && chosenWorkloads.some((name) => sidecarOf?.(name) === 'envoy');
}

async function build(options: MeshOptions, layout: Layout, signal: AbortSignal): Promise<void> {
  const apps = options.mesh ? meshApps : meshApps.filter((app) => app !== 'control-plane' && app !== 'sidecar');
  await ensureBuilt({
    ...{ root: options.root, stamp: layout.buildStamp, apps, signal },
    env: { ...options.env, [markerVariable]: layout.runFile },
    onStart: (why) => options.observer.onNotice(`building with nx (${why}); the first time takes a minute`),
  });
}

/** The run folder must be passable for PostgreSQL's user; what is secret in it has folders of its own. */
function makeRunDir(layout: Layout): void {
  try {
    for (const dir of [layout.dir, layout.logs, layout.sidecars, layout.tokens, layout.compileCache]) {
      mkdirSync(dir, { recursive: true, mode: dir === layout.dir ? 0o755 : 0o700 });
    }
    chmodSync(layout.logs, 0o700);
    rmSync(layout.discovery, { recursive: true, force: true });
  } catch (error) {
    throw fileFailure(error, 'make the run folder', layout.dir);
  }
}

function planAll(
  options: MeshOptions,
  layout: Layout,
  baseEnv: Readonly<Record<string, string>>,
): readonly ProcessSpec[] {
  const { root, ports, mesh, logLevel, configDir } = options;
  const postgres = planPostgres({ root, layout, port: ports.postgres, databases: shopDatabases, baseEnv });
  const services = planServices({
    ...{ root, layout, ports, mesh, logLevel, baseEnv },
    passwordFileOf: (database) => passwordFileOf(layout.postgres, database),
  });
  if (!mesh) {
    mkdirSync(layout.discovery, { recursive: true, mode: 0o700 });
    return [postgres, ...services];
  }
  const { sidecarOf } = options;
  const plan = {
    ...{ root, layout, ports, configDir, logLevel, baseEnv },
    ...(sidecarOf === undefined ? {} : { sidecarOf }),
  };
  return [postgres, planControlPlane(plan), ...services, ...planSidecars(plan), planGateway(plan)];
}

function urlsOf(options: MeshOptions): Readonly<Record<string, string>> {
  const { ports } = options;
  if (options.mesh) {
    return {
      shop: `http://127.0.0.1:${ports.gateway}`,
      'operator API': `http://127.0.0.1:${ports.api}`,
      'gateway admin': `http://127.0.0.1:${ports.gatewayAdmin}`,
    };
  }
  return Object.fromEntries(
    shopServices.map((service, index) => [service.workload, `http://127.0.0.1:${blockAt(ports.base, index).http}`]),
  );
}

function adminOf(options: MeshOptions): Readonly<Record<string, string>> {
  if (!options.mesh) return {};
  const services = shopServices.map((service, index) => [service.workload, blockAt(options.ports.base, index).admin]);
  const all = [...services, ['gateway', options.ports.gatewayAdmin]];
  return Object.fromEntries(all.map(([name, port]) => [name, `127.0.0.1:${port}`]));
}

/** Without a mesh each service has told by itself that it is ready. */
function checkUrlsOf(options: MeshOptions): readonly string[] {
  if (options.mesh) return shopPaths.map((path) => `http://127.0.0.1:${options.ports.gateway}${path}`);
  const index = shopServices.findIndex((service) => service.app === 'inventory');
  return [`http://127.0.0.1:${blockAt(options.ports.base, index).http}/api/products`];
}
