// Weft as its users run it: a control plane with YAML, one sidecar a hop, access log, metrics and route table on.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { portOpen, startOnCore } from '../processes.mjs';
import { backendHost, backendServicePort, proxyCore } from '../scenario.mjs';

const controlCore = 1;

const workloadGroup = (name) => `apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: bench }
spec:
  metadata: { labels: { app: ${name}, version: v1 } }
  template: { serviceAccount: ${name} }
`;

const routing = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: backend, namespace: bench }
spec:
  hosts: [${backendHost}]
  http:
    - name: canary
      match: [{ headers: { x-canary: { exact: "1" } } }]
      route: [{ destination: { host: ${backendHost}, subset: v1 } }]
    - name: stable
      route: [{ destination: { host: ${backendHost} } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: backend, namespace: bench }
spec:
  host: ${backendHost}
  trafficPolicy: { loadBalancer: { simple: LEAST_REQUEST } }
  subsets: [{ name: v1, labels: { version: v1 } }]
`;

const serviceEntry = (backendPort) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: backend, namespace: bench }
spec:
  hosts: [${backendHost}]
  ports: [{ number: ${backendServicePort}, name: http, protocol: HTTP }]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, ports: { http: ${backendPort} }, labels: { version: v1 } }]
`;

const service = `apiVersion: v1
kind: Service
metadata: { name: backend, namespace: bench }
spec:
  selector: { app: server }
  ports: [{ name: http, port: ${backendServicePort}, targetPort: http }]
`;

async function fileAppears(path, withinMs = 10_000) {
  const until = performance.now() + withinMs;
  while (!existsSync(path)) {
    if (performance.now() > until)
      throw new Error(`${path} did not appear within ${withinMs} ms; see the log of the control plane beside it`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answersOk(port, host, withinMs = 15_000) {
  const { request } = await import('node:http');
  const until = performance.now() + withinMs;
  for (;;) {
    const status = await new Promise((resolve) => {
      const call = request({ port, host: '127.0.0.1', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on('error', () => resolve(0));
      call.end();
    });
    if (status === 200) return;
    if (performance.now() > until) throw new Error(`port ${port} answers ${status} for ${host}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @param node the program to run Weft with. @returns processes of the sidecars; the control plane is in `others`. */
export async function startWeft({ folder, hops, backendPort, ports, node = process.execPath }) {
  const base = join(folder, `weft-${hops}`);
  const mesh = join(base, 'mesh');
  mkdirSync(mesh, { recursive: true });
  writeFileSync(join(mesh, 'workloads.yaml'), ['client', 'server'].map(workloadGroup).join('---\n'));
  writeFileSync(join(mesh, 'routing.yaml'), routing);
  writeFileSync(join(mesh, 'backend.yaml'), hops === 1 ? serviceEntry(backendPort) : service);
  const [outbound, inbound, xds, monitoring, api, ...side] = ports;
  const local = (port) => `127.0.0.1:${port}`;
  const log = join(base, 'weft.log');

  const control = startOnCore(
    controlCore,
    node,
    [
      'apps/control-plane/dist/main.js',
      '--config-dir',
      mesh,
      '--state-dir',
      join(base, 'control-plane'),
      '--token-dir',
      join(base, 'tokens'),
    ].concat(['--xds', local(xds), '--monitoring', local(monitoring), '--api', local(api)]),
    log,
  );
  const sidecar = async (name, at, more) => {
    await fileAppears(join(base, 'tokens', `bench.${name}`, 'token'));
    const args = [
      'apps/sidecar/dist/main.js',
      '--mode',
      'sidecar',
      '--workload-group',
      `bench/${name}`,
      '--xds',
      local(xds),
    ]
      .concat([
        '--token-dir',
        join(base, 'tokens', `bench.${name}`),
        '--address',
        '127.0.0.1',
        '--state-dir',
        join(base, name),
      ])
      .concat(['--admin', local(side[at]), '--readiness', local(side[at + 1]), '--prometheus', local(side[at + 2])])
      .concat(['--access-log', join(base, `${name}.access.log`), ...more]);
    return startOnCore(proxyCore, node, args, log);
  };
  const children = [];
  if (hops === 2)
    children.push(await sidecar('server', 3, ['--inbound', `http=${local(inbound)},${local(backendPort)}`]));
  children.push(await sidecar('client', 0, ['--outbound', local(outbound)]));
  await portOpen(outbound);
  await answersOk(outbound, `${backendHost}:${backendServicePort}`);
  return {
    children,
    others: [control],
    port: outbound,
    stateDirs: { client: join(base, 'client'), server: join(base, 'server') },
  };
}
