import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyAndRequest, splitPem, verifyLeaf } from '@weft/identity';
import { createManualClock, type ManualClock, WeftError } from '@weft/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Authority, loadAuthority } from './authority.ts';
import { contentOf, readAuthorityFiles, writeAuthorityFiles } from './authority-files.ts';
import { openIssuedCertificates } from './issued-certificates.ts';
import { makeAuthority } from './make-authority.ts';
import { createTrust } from './trust.ts';

const uri = 'spiffe://cluster.local/ns/shop/sa/order';
const dayMs = 86_400_000;
let folder = '';
let clock: ManualClock;
let notices: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-authority-'));
  clock = createManualClock(Date.parse('2030-01-01T00:00:00Z'));
  notices = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const load = (caDir?: string): Promise<Authority> =>
  loadAuthority({
    ...{ folder: join(folder, 'state'), caDir, trustDomain: 'cluster.local', clock },
    onNotice: (sentence) => notices.push(sentence),
  });

async function issue(authority: Authority): Promise<string> {
  const { csrPem } = await createKeyAndRequest(undefined);
  return (await authority.issueWorkload(csrPem, uri, 0)).chain.join('');
}

const problemOf = (chain: string, rootsPem: string): string | undefined =>
  verifyLeaf({ chainPem: splitPem(chain).slice(0, -1).join(''), rootsPem, expectedUris: [uri], nowMs: clock.now() });

async function given(name: string): Promise<string> {
  const path = join(folder, name);
  const made = await makeAuthority('cluster.local', clock.now());
  delete made['root-key.pem'];
  await writeAuthorityFiles(path, made);
  return path;
}

describe('a rotation of the root', () => {
  it('trusts two roots, then signs with the new one, then forgets the old one', async () => {
    const authority = await load();
    const old = await issue(authority);
    const before = authority.rootsPem();
    await authority.startRotation();
    expect(splitPem(authority.rootsPem())).toHaveLength(2);
    expect(problemOf(await issue(authority), before)).toBeUndefined();
    await authority.switchIssuer();
    const next = await issue(authority);
    expect(problemOf(next, before)).toMatch(/does not lead to a trusted root/);
    for (const chain of [old, next]) expect(problemOf(chain, authority.rootsPem())).toBeUndefined();
    // The text differs, though the roots are the same: sidecars ask for a new certificate when it changes.
    expect(splitPem(authority.rootsPem())[1]).toBe(before);
    await authority.finishRotation();
    expect(problemOf(old, authority.rootsPem())).toMatch(/does not lead to a trusted root/);
    expect(problemOf(next, authority.rootsPem())).toBeUndefined();
    expect((await readdir(join(folder, 'state'))).filter((name) => name.startsWith('ca'))).toHaveLength(2);
    authority.stop();
  });

  it('is refused out of order, each with what is expected', async () => {
    const authority = await load();
    await expect(authority.switchIssuer()).rejects.toThrow('no rotation waits');
    await expect(authority.finishRotation()).rejects.toThrow('no rotation is under way');
    await authority.startRotation();
    await expect(authority.startRotation()).rejects.toThrow('finish it first');
    await expect(authority.finishRotation()).rejects.toThrow('no rotation is under way whose new CA signs');
    authority.stop();
  });

  it.each(['trusting', 'issuing'] as const)(
    'goes on after a crash while %s, and what is left over is removed',
    async (phase) => {
      const first = await load();
      await first.startRotation();
      if (phase === 'issuing') await first.switchIssuer();
      first.stop();
      await writeAuthorityFiles(join(folder, 'state', 'ca-00000000'), await makeAuthority('x', clock.now()));
      const second = await load();
      expect(second.phase().phase).toBe(phase);
      expect(second.rootsPem()).toBe(first.rootsPem());
      expect(second.rootPem).toBe(first.rootPem);
      expect(await readdir(join(folder, 'state'))).not.toContain('ca-00000000');
      second.stop();
    },
  );

  it('keeps keys private in every folder', async () => {
    const authority = await load();
    await authority.startRotation();
    for (const name of (await readdir(join(folder, 'state'))).filter((one) => one.startsWith('ca'))) {
      const path = join(folder, 'state', name);
      const status = await stat(path);
      expect(status.mode & 0o077).toBe(0);
      if (!status.isDirectory()) continue;
      for (const file of await readdir(path)) expect((await stat(join(path, file))).mode & 0o777).toBe(0o600);
    }
    authority.stop();
  });
});

describe('the intermediate', () => {
  it('is renewed before it expires, with the same key, so that old leaves and lists stay good', async () => {
    const first = await load();
    const before = first.issuers()[0];
    first.stop();
    clock.advance(1300 * dayMs);
    const authority = await load();
    await authority.upkeep();
    const after = authority.issuers()[0];
    expect(notices).toContain('the intermediate certificate of the CA was renewed');
    expect(after?.id).toBe(before?.id);
    expect(after?.notAfterMs).toBeGreaterThan(before?.notAfterMs ?? 0);
    expect(problemOf(await issue(authority), authority.rootPem)).toBeUndefined();
    authority.stop();
    const again = await load();
    expect(again.issuers()[0]?.notAfterMs).toBe(after?.notAfterMs);
    again.stop();
  });
});

describe('a plugged-in CA', () => {
  it('signs, and a new intermediate of the same root is taken while it runs', async () => {
    const dir = await given('given');
    const authority = await load(dir);
    expect(problemOf(await issue(authority), await readFile(join(dir, 'root-cert.pem'), 'utf8'))).toBeUndefined();
    const other = await given('other');
    await rm(dir, { recursive: true });
    await writeAuthorityFiles(dir, contentOf(await readAuthorityFiles(other, clock.now())));
    await authority.upkeep();
    expect(notices.at(-1)).toContain('has another root: run weft ca rotate start --ca-dir');
    await authority.startRotation(other);
    await authority.switchIssuer();
    await authority.finishRotation();
    expect(authority.rootPem).toBe(await readFile(join(other, 'root-cert.pem'), 'utf8'));
    authority.stop();
    // The flag names the files that are in force now.
    (await load(other)).stop();
    await expect(load(await given('third'))).rejects.toThrow('has another root than the mesh trusts');
  });

  it('may have several roots in root-cert.pem: all are trusted, the chain ends with its own', async () => {
    const [dir, other] = [await given('given'), await given('other')];
    const roots = await Promise.all([other, dir].map((one) => readFile(join(one, 'root-cert.pem'), 'utf8')));
    await writeFile(join(dir, 'root-cert.pem'), roots.join(''));
    const authority = await load(dir);
    expect(splitPem(authority.rootsPem())).toEqual(roots);
    expect(splitPem(await issue(authority)).at(-1)).toBe(roots[1]);
    authority.stop();
  });

  it.each([
    ['a key that others may read', async (dir: string) => chmod(join(dir, 'ca-key.pem'), 0o644), 'run chmod 600'],
    ['no chain', async (dir: string) => rm(join(dir, 'cert-chain.pem')), 'has no cert-chain.pem'],
    [
      'a root of another CA',
      async (dir: string, other: string) => copy('root-cert.pem', other, dir),
      'does not lead from',
    ],
    ['a key of another CA', async (dir: string, other: string) => copy('ca-key.pem', other, dir), 'is not the key of'],
    ['nonsense', async (dir: string) => writeFile(join(dir, 'ca-cert.pem'), 'x'), 'cannot be parsed'],
    ['a list that is none', async (dir: string) => writeFile(join(dir, 'ca-crl.pem'), 'x'), 'holds no revocation list'],
  ])('with %s is refused in one sentence', async (_, damage, words) => {
    const [dir, other] = [await given('given'), await given('other')];
    await damage(dir, other);
    await expect(load(dir)).rejects.toThrow(words);
    await expect(load(dir)).rejects.toBeInstanceOf(WeftError);
  });
});

async function copy(name: string, from: string, to: string): Promise<void> {
  await writeFile(join(to, name), await readFile(join(from, name)), { mode: 0o600 });
}

describe('revocation lists', () => {
  it('are there while a revoked certificate lives, one for each issuer that is trusted and for its root', async () => {
    const authority = await load();
    const issued = await openIssuedCertificates(join(folder, 'state'), clock);
    const trust = await createTrust(authority, issued, (sentence) => notices.push(sentence));
    const leaf = new X509Certificate(await issue(authority));
    const serial = leaf.serialNumber.toLowerCase();
    const record = { serial, uri, notAfterMs: Date.parse(leaf.validTo), issuer: authority.issuers()[0]?.id ?? '' };
    await issued.add({ ...record, issuedAtMs: clock.now() });
    expect(trust.current().crlPem).toBe('');
    expect(await issued.revoke(uri, 'leak')).toBe(1);
    await trust.settled();
    const lists = (): number => trust.current().crlPem.split('BEGIN X509 CRL').length - 1;
    expect(lists()).toBe(2);
    expect(authority.recognise(leaf.raw)?.serial).toBe(serial);
    expect(issued.isRevokedSerial(serial)).toBe(true);
    await authority.startRotation();
    await trust.settled();
    expect(lists()).toBe(4);
    clock.advance(dayMs);
    await issued.prune();
    await trust.settled();
    expect(trust.current().crlPem).toBe('');
    expect(issued.isRevoked(uri)).toBe(true);
    authority.stop();
  });

  it('cannot be made for a given CA without the lists of those above it, and that is said', async () => {
    const authority = await load(await given('given'));
    const issued = await openIssuedCertificates(join(folder, 'state'), clock);
    const issuer = authority.issuers()[0]?.id ?? '';
    await issued.add({ serial: '01', uri, notAfterMs: clock.now() + dayMs, issuer, issuedAtMs: clock.now() });
    const trust = await createTrust(authority, issued, (sentence) => notices.push(sentence));
    await issued.revoke(uri, '');
    await trust.settled();
    expect([trust.current().crlPem, trust.problem()]).toEqual(['', expect.stringContaining('give them as ca-crl.pem')]);
    authority.stop();
  });
});
