import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity, IdentityManager } from '@weft/identity';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStateFolder } from '../session/state-folder.ts';
import { createIdentityStore } from './identity-store.ts';
import { createTlsIdentity } from './tls-identity.ts';
import { createTokenFolder, tokenFileBytesMax } from './token-folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'weft-identity-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('the token folder', () => {
  test('token and root are read anew each time, without their line end', async () => {
    const tokens = createTokenFolder(root);
    await writeFile(join(root, 'token'), 'one\n');
    await writeFile(join(root, 'root-cert.pem'), 'root');
    expect([tokens.token(), tokens.rootCertPem()]).toEqual(['one', 'root\n']);
    await writeFile(join(root, 'token'), 'two\n');
    expect(tokens.token()).toBe('two');
  });

  test('a missing, an empty and a too large file are told apart', async () => {
    const tokens = createTokenFolder(root);
    expect(() => tokens.token()).toThrow(/token cannot be read/);
    await writeFile(join(root, 'token'), '\n');
    expect(() => tokens.token()).toThrow(/is empty/);
    await writeFile(join(root, 'token'), 'x'.repeat(tokenFileBytesMax + 1));
    expect(() => tokens.token()).toThrow(/is too large/);
  });
});

describe('the identity store', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

  test('key and chain come back as they went', async () => {
    const store = createIdentityStore(await openStateFolder(root), 'shop/order');
    expect(await store.load()).toBeUndefined();
    await store.save({ privateKeyPem: key, chainPem: 'leaf\nroot\n' });
    expect(await store.load()).toEqual({ privateKeyPem: key, chainPem: 'leaf\nroot\n' });
  });

  test('the identity of another workload is not used', async () => {
    const folder = await openStateFolder(root);
    await createIdentityStore(folder, 'shop/order').save({ privateKeyPem: key, chainPem: 'leaf\n' });
    expect(await createIdentityStore(folder, 'shop/orders').load()).toBeUndefined();
  });

  test('a file without a key is as good as none', async () => {
    const folder = await openStateFolder(root);
    await folder.write('identity.pem', '# shop/order\nleaf\n');
    expect(await createIdentityStore(folder, 'shop/order').load()).toBeUndefined();
  });
});

describe('the TLS identity', () => {
  function setUp() {
    let listener: (identity: Identity | undefined) => void = () => {};
    let roots: string | undefined;
    const renew = vi.fn();
    const manager = {
      onChange(given: typeof listener) {
        listener = given;
        return () => {};
      },
      renew,
    } as unknown as IdentityManager;
    const tls = createTlsIdentity(manager, () => roots);
    const identity = { uri: 'spiffe://a/ns/b/sa/c', certChainPem: 'leaf', privateKeyPem: 'key', rootPem: 'ROOT\n' };
    return {
      tls,
      renew,
      certify: (to: object | undefined = identity) => listener(to as Identity | undefined),
      expire: () => listener(undefined),
      setRoots(pem: string) {
        roots = pem;
        tls.rootsChanged();
      },
    };
  }

  test('the root of the certificate serves until the control plane sends its own', () => {
    const { tls, certify, setRoots, renew } = setUp();
    expect(tls.material()).toBeUndefined();
    certify();
    expect(tls.material()).toEqual({ certChainPem: 'leaf', privateKeyPem: 'key', rootsPem: 'ROOT\n' });
    expect(tls.ownUri()).toBe('spiffe://a/ns/b/sa/c');
    setRoots('ROOT\n');
    expect(renew).not.toHaveBeenCalled();
  });

  test('other roots are in force at once, and a certificate under them is asked for', () => {
    const { tls, certify, setRoots, renew } = setUp();
    certify();
    setRoots('ROOT\n');
    const rotated = vi.fn();
    tls.onRotate(rotated);
    setRoots('NEW\n');
    expect(tls.material()?.rootsPem).toBe('NEW\n');
    expect(rotated).toHaveBeenCalledTimes(1);
    expect(renew).toHaveBeenCalledTimes(1);
    setRoots('NEW\n');
    expect(rotated).toHaveBeenCalledTimes(1);
  });

  test('each change is a new material, and an expired certificate is none', () => {
    const { tls, certify, expire } = setUp();
    certify();
    const before = tls.material();
    certify();
    expect(tls.material()).not.toBe(before);
    expire();
    expect(tls.material()).toBeUndefined();
  });
});
