/** A stock Envoy takes what the compiler makes. Skipped, with a printed reason, where no `envoy` is installed. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import type { Snapshot } from './snapshot.ts';
import { type BootstrapFiles, envoyBootstrap } from './testing/envoy-bootstrap.ts';
import { goldenCase, goldenNames } from './testing/golden-case.ts';
import { createTestMesh } from './testing/mesh.ts';

const validateTimeoutMs = 30_000;
const infra = new URL('../../../../infra/mesh/', import.meta.url);
const installed = spawnSync('envoy', ['--version'], { timeout: validateTimeoutMs }).status === 0;
if (!installed) console.log('skipped: no envoy on the PATH, so the compiled resources were not shown to one');

const read = (folder: URL, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));

const shop = read(infra, 'gateway.yaml', 'payment.yaml', 'services.yaml', 'workloads.yaml');

describe.skipIf(!installed)('a stock Envoy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-envoy-'));
  const files = { certificate: join(folder, 'own.pem'), key: join(folder, 'own.key') };
  beforeAll(() => makeCertificate(files));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['order', 'ingressgateway'])('takes the shop as %s gets it', (group) => {
    const mesh = createTestMesh(shop);
    const proxy = mesh.proxy(group);
    expect(complaints(`shop-${group}`, compile(mesh.input(), proxy))).toEqual([]);
  });

  it.each(goldenNames())('takes the golden %s', (name) => {
    const { mesh, proxy } = goldenCase(name);
    // Only a gRPC library takes what is made for one.
    if (proxy.type === 'grpc') return;
    expect(complaints(name, compile(mesh.input(), proxy))).toEqual([]);
  });

  /** What it says of errors and of deprecated fields; files of the user need not be there. */
  function complaints(name: string, snapshot: Snapshot): readonly string[] {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(envoyBootstrap(snapshot, files)));
    const { status, stderr } = spawnSync(
      'envoy',
      ['--mode', 'validate', '--log-level', 'warn', '--config-path', file],
      {
        encoding: 'utf8',
        // Envoy opens /dev/stdout by name, which a socket does not allow.
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: validateTimeoutMs,
      },
    );
    const said = stderr.split('\n').filter((line) => /deprecated|error|critical/i.test(line));
    return status === 0 ? said : [...said, `ends with ${status}`];
  }
});

function makeCertificate({ certificate, key }: BootstrapFiles): void {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', '-x509', ...curve, '-days', '1', '-subj', '/CN=weft', '-keyout', key, '-out', certificate],
    { encoding: 'utf8', timeout: validateTimeoutMs },
  );
  if (status !== 0) throw new Error(stderr);
}
