/** Unmodified programs in real network namespaces, each side captured by its own sidecar process. */

import { readFileSync } from 'node:fs';
import { type FakeControlPlane, startFakeControlPlane } from '@weft/data-proxy/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createNamespaces, type Namespace, type Namespaces, whyNot } from './namespaces.ts';
import {
  bundle,
  programFolder,
  type RunningSidecar,
  removeFolders,
  startApplication,
  startDatabase,
  startSidecar,
} from './programs.ts';
import { clientResources, ports, serverResources } from './resources.ts';

const reason = whyNot();
if (reason !== undefined) process.stdout.write(`the capture test is skipped: ${reason}\n`);

const serverUri = 'spiffe://cluster.local/ns/shop/sa/server';
const clientUri = 'spiffe://cluster.local/ns/shop/sa/client';
const patience = { timeout: 30_000, interval: 100 };

describe.skipIf(reason !== undefined)('captured programs', () => {
  let spaces: Namespaces;
  let plane: FakeControlPlane;
  let cli: string;
  let client: RunningSidecar;
  let server: RunningSidecar;
  const before = new Map<string, string>();

  const capture = (space: Namespace, ...flags: readonly string[]): string =>
    space.run(process.execPath, cli, 'capture', ...flags);

  beforeAll(async () => {
    spaces = createNamespaces();
    const folder = programFolder();
    const [sidecar, weft] = await Promise.all([bundle('sidecar', folder), bundle('cli', folder)]);
    cli = weft;
    plane = await startFakeControlPlane(3_600, 0, undefined, '0.0.0.0');
    plane.serve('client', clientResources(spaces.server.address, serverUri));
    plane.serve('server', serverResources());
    startDatabase(spaces.server);
    const app = startApplication(spaces.server);
    const common = { program: sidecar, xdsPort: plane.port, rootPem: plane.ca.rootPem };
    client = startSidecar({ ...common, namespace: spaces.client, group: 'shop/client' });
    server = startSidecar({ ...common, namespace: spaces.server, group: 'shop/server' });
    for (const space of [spaces.client, spaces.server]) {
      // Somebody's own rules, which a capture must leave as they are.
      space.run('iptables', '-t', 'nat', '-A', 'OUTPUT', '-p', 'udp', '--dport', '53', '-j', 'RETURN');
      before.set(space.name, rules(space));
    }
    const ready = (space: Namespace, { output }: RunningSidecar): void => {
      try {
        space.run('curl', '-sf', 'http://127.0.0.1:15021/healthz/ready');
      } catch (error) {
        throw new Error(`${String(error)}\n${output()}`);
      }
    };
    await vi.waitFor(() => expect(app.output()).toContain('listening'), patience);
    await vi.waitFor(() => ready(spaces.client, client), patience);
    await vi.waitFor(() => ready(spaces.server, server), patience);
    expect(capture(spaces.client)).toContain('captured: in to 15006, out to 15001');
    capture(spaces.server);
  });

  afterAll(async () => {
    await spaces?.remove();
    plane?.stop();
    removeFolders();
  });

  const logged = (sidecar: RunningSidecar, line: string): Promise<void> =>
    vi.waitFor(() => expect(readFileSync(sidecar.accessLog, 'utf8')).toContain(line), patience);

  test('curl travels through both sidecars with mutual TLS', async () => {
    const { address } = spaces.server;
    const answer = JSON.parse(spaces.client.run('curl', '-sS', '-m', '10', `http://${address}/orders`)) as {
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    };
    expect(answer.path).toBe('/orders');
    expect(answer.headers['x-forwarded-client-cert']).toMatch(
      new RegExp(`^By=${serverUri};Hash=[0-9a-f]{64};.*URI=${clientUri}$`),
    );
    await logged(client, `outbound /orders 200 - to outbound|80||app for ${address}:80 by -`);
    await logged(server, `inbound /orders 200 - to inbound|80|| for ${address}:80 by ${clientUri}`);
  });

  test('psql works, over mutual TLS', async () => {
    const query = ['psql', '-h', spaces.server.address, '-U', 'shop', '-d', 'postgres', '-Atc', 'select 6 * 7'];
    await vi.waitFor(() => expect(spaces.client.run(...query).trim()).toBe('42'), patience);
    await logged(client, `database - 0 - to outbound|5432||app for ${spaces.server.address}:5432`);
    await logged(server, `inbound - 0 - to inbound|5432|| for ${spaces.server.address}:5432 by ${clientUri}`);
  });

  test('what nobody configured passes through in plain text, also where the server speaks first', async () => {
    const { address } = spaces.server;
    const answer = spaces.client.run('curl', '-sS', '-m', '10', `http://${address}:${ports.plain}/plain`);
    expect(JSON.parse(answer)).toMatchObject({ path: '/plain' });
    expect(answer).not.toContain('x-forwarded-client-cert');
    await logged(client, `passthrough - 0 - to PassthroughCluster for ${address}:${ports.plain}`);
    await logged(server, `inbound /plain 200 - to inbound|${ports.plain}|| for ${address}:${ports.plain} by -`);
    const read = `exec 3<>/dev/tcp/${address}/${ports.banner}; cat <&3`;
    expect(spaces.client.run('timeout', '10', 'bash', '-c', read)).toBe('220 the server speaks first');
  });

  test('what must not be captured is not: a port, the own machine', () => {
    const { address } = spaces.server;
    capture(spaces.client, '--exclude-outbound-ports', '80');
    const answer = spaces.client.run('curl', '-sS', '-m', '10', `http://${address}/direct`);
    expect(answer).not.toContain('x-forwarded-client-cert');
    expect(readFileSync(client.accessLog, 'utf8')).not.toContain('/direct');
    expect(spaces.server.run('curl', '-sS', '-m', '10', 'http://127.0.0.1/self')).toContain('/self');
    expect(readFileSync(server.accessLog, 'utf8')).not.toContain('/self');
    expect(capture(spaces.client, '--dry-run')).toContain('-A WEFT_OUTPUT -j WEFT_REDIRECT');
  });

  test('undoing leaves the rules as they were', () => {
    for (const space of [spaces.client, spaces.server]) {
      expect(rules(space)).not.toBe(before.get(space.name));
      expect(capture(space, '--undo')).toContain('the rules are gone');
      expect(rules(space)).toBe(before.get(space.name));
      expect(capture(space, '--undo')).toContain('there were no rules of ours');
    }
    expect(spaces.client.run('curl', '-sS', '-m', '10', 'http://127.0.0.1:15021/healthz/ready')).toBe('ready\n');
  });
});

/** `iptables-save` without its clock and its counters. */
function rules(space: Namespace): string {
  return space
    .run('iptables-save')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/\[\d+:\d+\]/, ''))
    .join('\n');
}
