/** A stock Envoy takes what the compiler makes. Skipped, with a printed reason, where no `envoy` is installed. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { envoyBootstrap } from './testing/envoy-bootstrap.ts';
import { createTestMesh } from './testing/mesh.ts';

const validateTimeoutMs = 30_000;
const testdata = new URL('../testdata/', import.meta.url);
const infra = new URL('../../../../infra/mesh/', import.meta.url);
const installed = spawnSync('envoy', ['--version'], { timeout: validateTimeoutMs }).status === 0;
if (!installed) console.log('skipped: no envoy on the PATH, so the compiled resources were not shown to one');

const read = (folder: URL, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));

const golden = (name: string): Record<string, string> => read(testdata, 'base.yaml', `${name}.yaml`);
const shop = read(infra, 'gateway.yaml', 'payment.yaml', 'services.yaml', 'workloads.yaml');

describe.skipIf(!installed)('a stock Envoy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-envoy-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['the shop', 'order', shop],
    ['the shop', 'ingressgateway', shop],
    ['match-kinds', 'order', golden('match-kinds')],
    ['headers', 'order', golden('headers')],
    ['redirect', 'order', golden('redirect')],
    ['service-entry-dns', 'order', golden('service-entry-dns')],
    ['gateway-hosts', 'ingressgateway', golden('gateway-hosts')],
  ])('takes %s as %s gets it', (name, group, files) => {
    const mesh = createTestMesh(files);
    const proxy = mesh.proxies.get(group);
    if (proxy === undefined) throw new Error(`no WorkloadGroup ${group}`);
    const file = join(folder, `${name.replace(' ', '-')}-${group}.json`);
    writeFileSync(file, JSON.stringify(envoyBootstrap(compile(mesh.input(), proxy))));
    const { status, stderr } = spawnSync(
      'envoy',
      ['--mode', 'validate', '--log-level', 'error', '--config-path', file],
      {
        encoding: 'utf8',
        // Envoy opens /dev/stdout by name, which a socket does not allow.
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: validateTimeoutMs,
      },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
