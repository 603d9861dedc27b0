/** Captured programs with the listeners that our control plane makes for them: with our sidecar and with a stock Envoy, on either side. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlane, createControlPlane } from '@weft/control-plane';
import { systemClock } from '@weft/kernel';
import { freePort, freePorts } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createNamespaces, type Namespace, type Namespaces, whyNot } from './namespaces.ts';
import {
  bundle,
  programFolder,
  type RunningSidecar,
  removeFolders,
  startApplication,
  startSidecar,
} from './programs.ts';

const reason = whyNot();
if (reason !== undefined) process.stdout.write(`captured programs with a control plane: skipped: ${reason}\n`);
const envoys = spawnSync('envoy', ['--version']).status === 0;
if (!envoys) process.stdout.write('captured programs behind an Envoy: skipped: no envoy on the PATH\n');

const group = (name: string): string => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: shop }
spec:
  metadata: { labels: { app: ${name} } }
  template: { serviceAccount: ${name}, ports: { http: 80 } }
---`;

const rules = `${group('client')}${group('server')}
apiVersion: v1
kind: Service
metadata: { name: server, namespace: shop }
spec:
  clusterIP: 203.0.113.7
  selector: { app: server }
  ports: [{ name: http, port: 80, targetPort: http }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: no-admin, namespace: shop }
spec:
  selector: { matchLabels: { app: server } }
  action: DENY
  rules: [{ to: [{ operation: { paths: [/admin] } }] }]
`;

const patience = { timeout: 30_000, interval: 100 };
const clusterAddress = '203.0.113.7';

describe.skipIf(reason !== undefined)('captured programs with our control plane', () => {
  let spaces: Namespaces;
  let plane: ControlPlane;
  let folder: string;
  let sidecar: string;
  let cli: string;
  let xdsPort: number;
  let stranger: ChildProcess;
  let strangerPort: number;
  let running: readonly RunningSidecar[] = [];

  beforeAll(async () => {
    spaces = createNamespaces();
    const programs = programFolder();
    [sidecar, cli] = await Promise.all([bundle('sidecar', programs), bundle('cli', programs)]);
    folder = mkdtempSync(join(tmpdir(), 'weft-capture-plane-'));
    mkdirSync(join(folder, 'mesh'));
    writeFileSync(join(folder, 'mesh', 'rules.yaml'), rules);
    const [xds = 0, monitoring = 0, api = 0] = await freePorts(3);
    xdsPort = xds;
    plane = createControlPlane({
      configDirs: [join(folder, 'mesh')],
      stateDir: join(folder, 'state'),
      tokenDir: join(folder, 'tokens'),
      xds: { host: '0.0.0.0', port: xds },
      monitoring: { host: '127.0.0.1', port: monitoring },
      api: { host: '127.0.0.1', port: api },
      ...{ trustDomain: 'cluster.local', domain: 'cluster.local', sans: [], version: 'test' },
      ...{ clock: systemClock, logger: createLogger({ name: 'test', level: 'fatal' }) },
    });
    await plane.start();
    startApplication(spaces.server);
    // A process of its own: this one waits while a program of a namespace runs.
    strangerPort = await freePort();
    const answer = `require('node:http').createServer((q, r) => r.end('a stranger')).listen(${strangerPort}, '0.0.0.0')`;
    stranger = spawn(process.execPath, ['-e', answer], { stdio: 'ignore' });
    // What goes to the service's own address must find a way out before it can be captured.
    spaces.client.run('ip', 'route', 'add', `${clusterAddress}/32`, 'via', spaces.server.address);
    for (const space of [spaces.client, spaces.server]) space.run(process.execPath, cli, 'capture');
  });

  afterEach(async () => {
    for (const { child } of running) await ended(child);
    running = [];
  });

  afterAll(async () => {
    await spaces?.remove();
    await plane?.stop();
    stranger?.kill();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    removeFolders();
  });

  async function start(kind: string, space: Namespace, name: string): Promise<RunningSidecar> {
    const tokens = join(folder, 'tokens', `shop.${name}`);
    const started = startSidecar({
      ...{ program: sidecar, namespace: space, xdsPort, group: `shop/${name}` },
      rootPem: readFileSync(join(tokens, 'root-cert.pem'), 'utf8'),
      token: readFileSync(join(tokens, 'token'), 'utf8').trim(),
      more: ['--captured', ...(kind === 'Envoy' ? ['--envoy', 'envoy'] : [])],
    });
    running = [...running, started];
    await vi.waitFor(() => {
      try {
        space.run('curl', '-sf', 'http://127.0.0.1:15021/healthz/ready');
      } catch (error) {
        throw new Error(`${String(error)}\n${started.output()}`);
      }
    }, patience);
    return started;
  }

  const pairs = [
    ['our sidecar', 'our sidecar'],
    ['our sidecar', 'Envoy'],
    ['Envoy', 'our sidecar'],
    ['Envoy', 'Envoy'],
  ].filter((pair) => envoys || !pair.includes('Envoy'));

  test.each(pairs)('%s calls %s', async (clientKind = '', serverKind = '') => {
    const { client, server } = spaces;
    const curl = (...args: readonly string[]): string => client.run('curl', '-sS', '-m', '10', ...args);
    await Promise.all([start(clientKind, client, 'client'), start(serverKind, server, 'server')]);

    // By name to any address, and by the service's own address.
    const byName = (): string => curl('-H', 'host: server.shop', `http://${server.address}/orders`);
    await vi.waitFor(() => expect(byName()).toContain('/orders'), patience);
    for (const answer of [byName(), curl(`http://${clusterAddress}/orders`)]) {
      const { headers } = JSON.parse(answer) as { readonly headers: Readonly<Record<string, string>> };
      expect(headers['x-forwarded-client-cert']).toMatch(
        /^By=spiffe:\/\/cluster.local\/ns\/shop\/sa\/server;Hash=[0-9a-f]{64};.*URI=spiffe:\/\/cluster.local\/ns\/shop\/sa\/client$/,
      );
    }

    expect(curl('-o', '/dev/null', '-w', '%{http_code}', `http://${clusterAddress}/admin`)).toBe('403');
    expect(curl(`http://${client.hostAddress}:${strangerPort}/`)).toBe('a stranger');
    // The sidecar's own user is not captured: clear text, which the other side refuses.
    const user = ['setpriv', '--reuid', '1337', '--regid', '1337', '--clear-groups'];
    const past = [...user, 'curl', '-sS', '-m', '5', `http://${server.address}/orders`];
    expect(() => client.run(...past)).toThrow(/curl/);
  });
});

function ended(child: RunningSidecar['child']): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return gone;
}
