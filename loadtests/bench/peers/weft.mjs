// Weft's sidecars as users run them, fed the same resources as Envoy over ADS; certificates come from the control plane's CA.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasEnded, ready, startOnCore } from '../processes.mjs';
import { hopPlans, proxyCore } from '../scenario.mjs';
import { clusters, listener, routeConfig } from '../xds/hop.mjs';
import { startPlane } from './plane.mjs';
import { tablesIn } from './tables-in.mjs';

/** Characters of a log that an error shows. */
const logTailMax = 500;

// As the launcher and the manifests start it; a test of the launcher compares them.
const nodeFlags = ['--single-threaded-gc', '--v8-pool-size=1'];

const xdsType = (name, resource) => ({ '@type': `type.googleapis.com/envoy.config.${name}`, ...resource });

const resourcesOf = (plan) => [
  xdsType('listener.v3.Listener', listener(plan, undefined, !plan.tcp)),
  ...(plan.tcp ? [] : [xdsType('route.v3.RouteConfiguration', routeConfig(plan))]),
  ...clusters(plan, undefined).map((cluster) => xdsType('cluster.v3.Cluster', cluster)),
];

/** @param node the program to run Weft with. @returns processes of the sidecars; the control plane is in `others`. */
export async function startWeft({ folder, scenario, backendPort, ports, node = process.execPath, started = () => {} }) {
  const base = join(folder, `weft-${scenario.name}`);
  const plans = hopPlans(scenario, backendPort, ports);
  const groups = ['client', 'server'].slice(0, plans.length);
  const resources = (change) => {
    const all = plans.map((plan, index) => [
      groups[index],
      resourcesOf({ ...plan, ...change, logFile: '/dev/stdout' }),
    ]);
    return JSON.stringify(Object.fromEntries(all));
  };
  const write = (text) => {
    // The control plane may read just then: it must find one of them whole.
    writeFileSync(`${base}.resources.next`, text);
    renameSync(`${base}.resources.next`, `${base}.resources.json`);
  };
  write(resources({}));
  const plane = await startPlane({ folder, base, node });
  started(plane.child);
  const side = ports.slice(2);
  const local = (port) => `127.0.0.1:${port}`;
  const children = [];
  for (const index of [...plans.keys()].reverse()) {
    const group = groups[index];
    const flags = {
      'workload-group': `bench/${group}`,
      xds: local(plane.port),
      'token-dir': join(base, group),
      'state-dir': join(base, `${group}.state`),
      outbound: local(side[index * 4]),
      admin: local(side[index * 4 + 1]),
      readiness: local(side[index * 4 + 2]),
      prometheus: local(side[index * 4 + 3]),
      'access-log': join(base, `${group}.access.log`),
    };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
    children.unshift(startOnCore(proxyCore, node, [...nodeFlags, 'apps/sidecar/dist/main.js', ...args], `${base}.log`));
    started(children[0]);
    await ready(side[index * 4 + 2]);
  }
  return {
    children,
    others: [plane.child],
    port: ports[0],
    /** @returns what changes the route table of the first hop, at little cost: a large one takes long to make. */
    prepareUpdate(change) {
      const text = resources(change);
      return () => {
        write(text);
        plane.child.kill('SIGHUP');
      };
    },
    /** Resolves to what tells of the route tables since: how many were `taken`, and in a sentence the `trouble` with them, if any. */
    async watchTables() {
      // A sidecar counts them nowhere, but at this level its log tells of each, and of no request.
      await fetch(`http://${local(side[1])}/logging?level=debug`, { method: 'POST' });
      const tables = () => tablesIn(readFileSync(`${base}.log`, 'utf8'));
      const before = tables().taken;
      return {
        taken: () => tables().taken - before,
        trouble() {
          const { refusal } = tables();
          if (refusal !== undefined) return `the sidecar refused a route table: ${refusal}`;
          if (!hasEnded(plane.child)) return undefined;
          return `the benchmark's control plane has ended: ${readFileSync(`${base}.plane.log`, 'utf8').slice(-logTailMax)}`;
        },
      };
    },
    stateDirs: Object.fromEntries(groups.map((group) => [group, join(base, `${group}.state`)])),
  };
}
