import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/fixtures.ts';
import { accessFromPod } from './cluster-access.ts';
import { accessFromKubeconfig } from './kubeconfig.ts';

const clock = createManualClock();
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = (cluster: string, user: string, context = 'cluster: c, user: u'): string => `
current-context: x
contexts: [{ name: y, context: {} }, { name: x, context: { ${context} } }]
clusters: [{ name: c, cluster: { ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`;

function written(text: string): string {
  const path = join(temporaryFolder(), 'config');
  writeFileSync(path, text);
  return path;
}

describe('a kubeconfig', () => {
  it('gives the server, its authority, our certificate and the namespace', async () => {
    const path = written(
      config(
        `server: "https://10.0.0.1:6443", certificate-authority-data: ${base64('CA')}, tls-server-name: api`,
        `client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}`,
        'cluster: c, user: u, namespace: shop',
      ),
    );
    expect(await accessFromKubeconfig(path, clock)).toEqual({
      server: new URL('https://10.0.0.1:6443'),
      ca: 'CA',
      serverName: 'api',
      clientCertificate: { cert: 'CERT', key: 'KEY' },
      namespace: 'shop',
    });
  });

  it('names files from where it lies itself, and a token file is read again when it may be old', async () => {
    const path = written(config('server: "http://a", certificate-authority: ca.pem', 'tokenFile: token'));
    const beside = (name: string): string => join(path, '..', name);
    writeFileSync(beside('ca.pem'), 'CA');
    writeFileSync(beside('token'), 'one\n');
    const time = createManualClock();
    const { ca, token } = await accessFromKubeconfig(path, time);
    expect([ca, await token?.()]).toEqual(['CA', 'one']);
    writeFileSync(beside('token'), 'two\n');
    expect(await token?.()).toBe('one');
    time.advance(30_000);
    expect(await token?.()).toBe('two');
  });

  it.each([
    ['is not YAML', '{', 'is not YAML'],
    ['names no context', 'clusters: []', 'names no current-context'],
    ['names a context that is not there', 'current-context: x', 'there is no context "x"'],
    ['has a cluster without address', config('a: b', ''), 'is not an http or https address'],
    ['has a user that is a program', config('server: "https://a"', 'exec: { command: a }'), 'signs in by exec'],
    ['names a file that is not there', config('server: "https://a"', 'client-key: none.pem'), 'ENOENT'],
  ])('that %s is refused in one sentence', async (_what, text, words) => {
    await expect(accessFromKubeconfig(written(text), clock)).rejects.toThrow(words);
  });
});

describe('a pod', () => {
  it('finds its service account', async () => {
    const folder = temporaryFolder();
    for (const [name, text] of [
      ['ca.crt', 'CA'],
      ['namespace', 'istio-system\n'],
      ['token', 't'],
    ] as const) {
      writeFileSync(join(folder, name), text);
    }
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const { server, namespace, token } = await accessFromPod(environment, clock, folder);
    expect([server.href, namespace, await token?.()]).toEqual(['https://[fd00::1]:6443/', 'istio-system', 't']);
  });

  it('is not what a process outside of a cluster is', async () => {
    await expect(accessFromPod({}, clock)).rejects.toThrow('give a kubeconfig');
  });
});
