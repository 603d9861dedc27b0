/** Each bound of the CA's tables and files, reached. */

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, type ManualClock, WeftError } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuditLog } from './audit-log.ts';
import { authorityFileBytesMax, fileNames, readAuthorityFiles, writeAuthorityFiles } from './authority-files.ts';
import { createIssueRate } from './issue-rate.ts';
import { type IssuedRecord, openIssuedCertificates, reasonLengthMax } from './issued-certificates.ts';
import { audienceLengthMax, audiencesMax, openJwtAuthority } from './jwt-authority.ts';
import { makeAuthority } from './make-authority.ts';
import { readRequest } from './read-request.ts';
import { openTokenBook, type TokenRequest } from './token-book.ts';
import { createKubernetesTokenReviewer, tokenAudience } from './token-reviewer.ts';
import { webcrypto, x509 } from './x509.ts';

let folder = '';
let clock: ManualClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-bounds-'));
  clock = createManualClock(Date.parse('2030-01-01T00:00:00Z'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const messageOf = (error: unknown): string => (error instanceof WeftError ? error.message : String(error));
const refused = (work: Promise<unknown>): Promise<string> => work.then(() => 'taken', messageOf);

describe('certificates that were issued', () => {
  const uri = (name: string): string => `spiffe://cluster.local/ns/shop/sa/${name}`;
  const record = (serial: string, name: string, lifeMs = 3_600_000): IssuedRecord => ({
    serial,
    uri: uri(name),
    issuer: 'x',
    issuedAtMs: clock.now(),
    notAfterMs: clock.now() + lifeMs,
  });

  it('are forgotten past the bound, the one that expires first going first, and the file stays small', async () => {
    const issued = await openIssuedCertificates(folder, clock, { issuedMax: 3 });
    for (const [serial, lifeMs] of Object.entries({ a1: 9_000, a2: 2_000, a3: 5_000, a4: 7_000 })) {
      await issued.add(record(serial, 'order', lifeMs));
    }
    expect(issued.live().map(({ serial }) => serial)).toEqual(['a1', 'a3', 'a4']);
    for (let more = 0; more < 20; more++) await issued.add(record(`b${more}`, 'order', 60_000 + more));
    const lines = (await readFile(join(folder, 'issued.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(6);
    const again = await openIssuedCertificates(folder, clock, { issuedMax: 3 });
    expect(again.live()).toHaveLength(3);
  });

  it('are revoked up to the bound of serials, and not by halves past it', async () => {
    const issued = await openIssuedCertificates(folder, clock, { revokedSerialsMax: 2 });
    for (const serial of ['a', 'b']) await issued.add(record(serial, 'order'));
    await issued.add(record('c', 'payment'));
    expect(await issued.revoke(uri('order'), 'leak')).toBe(2);
    expect(await refused(issued.revoke(uri('payment'), 'leak'))).toBe(
      'more than 2 certificates would be revoked: rotate the root instead',
    );
    expect([issued.isRevoked(uri('payment')), issued.isRevokedSerial('c')]).toEqual([false, false]);
  });

  it('are of no more revoked identities than the bound; one that is revoked already may be so again', async () => {
    const issued = await openIssuedCertificates(folder, clock, { revokedIdentitiesMax: 1 });
    expect(await issued.revoke(uri('order'), 'x'.repeat(2 * reasonLengthMax))).toBe(0);
    expect(issued.revokedIdentities()[0]?.reason).toHaveLength(reasonLengthMax);
    expect(await refused(issued.revoke(uri('payment'), ''))).toBe('1 identities are revoked already');
    expect(await issued.revoke(uri('order'), 'again')).toBe(0);
  });
});

it('join tokens exist up to their bound, and more when some have been gone for a week', async () => {
  const wanted: TokenRequest = { namespace: 'shop', serviceAccount: 'order', group: '', uses: 1, ttlMs: 1_000 };
  const book = await openTokenBook(folder, clock, 2);
  await book.create(wanted);
  await book.create(wanted);
  expect(await refused(book.create(wanted))).toBe('there are 2 join tokens already: let some expire');
  clock.advance(8 * 86_400_000);
  expect(await refused(book.create(wanted))).toBe('taken');
});

it('lines that wait for the disk past their bound are in the log alone', async () => {
  let log = '';
  const destination = {
    write: (line: string) => {
      log += line;
    },
  };
  const logger = createLogger({ name: 'test', level: 'info', destination });
  const audit = await openAuditLog(folder, clock, logger, undefined, 3);
  for (let at = 0; at < 50; at++) audit.write({ event: 'certificate issued', serial: `serial-${at}` });
  await audit.flush();
  const lines = (await readFile(join(folder, 'audit', 'certificates.jsonl'), 'utf8')).trim().split('\n');
  expect(lines.length).toBeLessThanOrEqual(4);
  expect(lines[0]).toContain('serial-0');
  expect(log).toContain('serial-49');
});

it('the rate of identities is kept of as many as the bound, the longest unseen going first', () => {
  const rate = createIssueRate(clock, 1, 0, 2);
  expect(['a', 'b', 'a', 'b'].map(rate.take)).toEqual([true, true, false, false]);
  // The third pushes "a" out, which is new again then.
  expect(['c', 'b', 'a'].map(rate.take)).toEqual([true, false, true]);
});

it('answers of the API server are kept of as many tokens as the bound, the oldest going first', async () => {
  const status = {
    authenticated: true,
    audiences: [tokenAudience],
    user: { username: 'system:serviceaccount:shop:order' },
  };
  let asked = 0;
  const reviewer = createKubernetesTokenReviewer(
    async () => {
      asked += 1;
      return { status };
    },
    clock,
    2,
  );
  const token = (id: string): string =>
    `e30.${Buffer.from(JSON.stringify({ aud: tokenAudience, id })).toString('base64url')}.c2ln`;
  for (const id of ['a', 'b', 'b', 'a']) await reviewer.review(token(id));
  expect(asked).toBe(2);
  for (const id of ['c', 'b', 'a']) await reviewer.review(token(id));
  expect(asked).toBe(4);
});

it('a JWT-SVID has as many audiences, each as long, as its bounds say', async () => {
  const jwt = await openJwtAuthority(folder, clock);
  const sign = (audience: readonly string[]): Promise<string> => refused(jwt.sign('spiffe://a/ns/b/sa/c', audience));
  const words = `a JWT-SVID has 1 to ${audiencesMax} audiences of up to ${audienceLengthMax} characters`;
  const many = Array.from({ length: audiencesMax }, (_, at) => `audience-${at}`);
  expect(await sign(many)).toBe('taken');
  expect(await sign(['x'.repeat(audienceLengthMax)])).toBe('taken');
  expect(await sign([])).toBe(words);
  expect(await sign([...many, 'one more'])).toBe(words);
  expect(await sign(['x'.repeat(audienceLengthMax + 1)])).toBe(words);
});

it.each([
  [4104, new Uint8Array([1, 0, 1]), 'has 4104 bits: from 2048 to 4096 are taken'],
  [2048, new Uint8Array([1, 0, 0, 0, 1]), 'the public exponent of the RSA key of the request is too large'],
])(
  'a request with an RSA key of %i bits and exponent %s is refused',
  async (bits, exponent, words) => {
    // A key like this takes long to find: this one is numbers that look like one.
    const jwk = {
      kty: 'RSA',
      n: Buffer.alloc(bits / 8, 0xff).toString('base64url'),
      e: Buffer.from(exponent).toString('base64url'),
    };
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const publicKey = await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']);
    const signing = await webcrypto.subtle.generateKey(
      { ...algorithm, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    );
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=big',
      keys: { publicKey, privateKey: signing.privateKey },
      signingAlgorithm: algorithm,
    });
    expect(await refused(readRequest(csr.toString('pem')))).toContain(words);
  },
  60_000,
);

it('a file of a CA is not read beyond its bound', async () => {
  const ca = join(folder, 'ca');
  await writeAuthorityFiles(ca, await makeAuthority('cluster.local', clock.now()));
  const path = join(ca, fileNames.chain);
  await writeFile(path, 'x'.repeat(authorityFileBytesMax + 1));
  expect((await stat(path)).size).toBe(authorityFileBytesMax + 1);
  expect(await refused(readAuthorityFiles(ca, clock.now()))).toBe(`${path} is over ${authorityFileBytesMax} bytes`);
});
