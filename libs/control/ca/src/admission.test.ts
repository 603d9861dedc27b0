import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, type ManualClock } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuditLog } from './audit-log.ts';
import { createIssueRate, issueBurstMax, issuesPerSecond } from './issue-rate.ts';
import { openIssuedCertificates } from './issued-certificates.ts';
import { openTokenBook, type TokenRequest, tokenTtlMaxMs, tokenUsesMax } from './token-book.ts';
import { createKubernetesTokenReviewer, reviewsMax, tokenAudience } from './token-reviewer.ts';

let folder = '';
let clock: ManualClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-admission-'));
  clock = createManualClock(Date.parse('2030-01-01T00:00:00Z'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const wanted: TokenRequest = { namespace: 'shop', serviceAccount: 'order', group: '', uses: 2, ttlMs: 3_600_000 };
const order = { group: '', namespace: 'shop', serviceAccount: 'order' };

describe('join tokens of an operator', () => {
  it('are good for their uses, also over a restart, and are nowhere on disk', async () => {
    const { token } = await (await openTokenBook(folder, clock)).create(wanted);
    const book = await openTokenBook(folder, clock);
    expect(book.check(token)).toEqual(order);
    expect(await book.use(token)).toEqual(order);
    const again = await openTokenBook(folder, clock);
    const uses = await Promise.allSettled([again.use(token), again.use(token)]);
    expect(uses.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(() => again.check(token)).toThrow('is used up');
    const path = join(folder, 'join-tokens.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).not.toContain(token.slice(-43));
  });

  it('expire, are revoked, and one that is unknown is not told from a wrong one', async () => {
    const book = await openTokenBook(folder, clock);
    const [one, other] = [await book.create(wanted), await book.create(wanted)];
    expect(await book.revoke(one.view.id)).toBe(true);
    expect(await book.revoke('none')).toBe(false);
    expect(() => book.check(one.token)).toThrow('was revoked');
    clock.advance(3_600_000);
    expect(() => book.check(other.token)).toThrow('has expired');
    const forged = [
      `${other.token.slice(0, -43)}${'A'.repeat(43)}`,
      `weft_${'0'.repeat(16)}_${'A'.repeat(43)}`,
      'weft_',
    ];
    for (const token of forged) expect(() => book.check(token)).toThrow('the join token is unknown');
    expect(book.list().map(({ state }) => state)).toEqual(['revoked', 'expired']);
    clock.advance(8 * 86_400_000);
    await book.create(wanted);
    expect(book.list()).toHaveLength(1);
  });

  it.each([
    [{ uses: 0 }, 'uses is a whole number'],
    [{ uses: tokenUsesMax + 1 }, 'uses is a whole number'],
    [{ ttlMs: 999 }, 'lives from 1 s'],
    [{ ttlMs: tokenTtlMaxMs + 1 }, 'lives from 1 s'],
  ])('with %j are not made', async (change, words) => {
    await expect((await openTokenBook(folder, clock)).create({ ...wanted, ...change })).rejects.toThrow(words);
  });
});

describe('the rate of one identity', () => {
  it('is bounded, and another identity does not feel it', () => {
    const rate = createIssueRate(clock);
    for (let at = 0; at < issueBurstMax; at++) expect(rate.take('a')).toBe(true);
    expect([rate.take('a'), rate.take('b')]).toEqual([false, true]);
    clock.advance(1000);
    const taken = Array.from({ length: issuesPerSecond + 1 }, () => rate.take('a'));
    expect(taken.filter(Boolean)).toHaveLength(issuesPerSecond);
  });
});

describe('what was issued', () => {
  const record = (serial: string, uri = 'spiffe://a/ns/b/sa/c') => ({
    ...{ serial, uri, issuer: 'x', issuedAtMs: clock.now(), notAfterMs: clock.now() + 3_600_000 },
  });

  it('is known after a crash in the middle of a line', async () => {
    const issued = await openIssuedCertificates(folder, clock);
    await issued.add(record('01'));
    await issued.add(record('02', 'spiffe://a/ns/b/sa/other'));
    const path = join(folder, 'issued.jsonl');
    await writeFile(path, `${await readFile(path, 'utf8')}{"serial":"03"`);
    const again = await openIssuedCertificates(folder, clock);
    expect(again.live().map(({ serial }) => serial)).toEqual(['01', '02']);
    expect(await again.revoke('spiffe://a/ns/b/sa/c', 'leak')).toBe(1);
    const third = await openIssuedCertificates(folder, clock);
    expect([third.isRevoked('spiffe://a/ns/b/sa/c'), third.isRevokedSerial('01'), third.isRevokedSerial('02')]).toEqual(
      [...[true, true, false]],
    );
    expect(await third.restore('spiffe://a/ns/b/sa/c')).toBe(true);
    expect([third.isRevoked('spiffe://a/ns/b/sa/c'), third.isRevokedSerial('01')]).toEqual([false, true]);
  });

  it('is not read from a damaged list of what is revoked: that would trust it again', async () => {
    await writeFile(join(folder, 'revoked.json'), '{', { mode: 0o600 });
    await expect(openIssuedCertificates(folder, clock)).rejects.toThrow('revoked.json is damaged');
  });
});

describe('the audit file', () => {
  it('is bounded: it has one predecessor, and is private', async () => {
    const logger = createLogger({ name: 'test', level: 'fatal' });
    const audit = await openAuditLog(folder, clock, logger, 1_000);
    for (let at = 0; at < 40; at++) {
      audit.write({ event: 'certificate refused', reason: `number ${at}` });
      await audit.flush();
    }
    const path = join(folder, 'audit', 'certificates.jsonl');
    const [now, before] = [await stat(path), await stat(join(folder, 'audit', 'certificates.1.jsonl'))];
    expect([now.size <= 1_000, before.size <= 1_000, now.mode & 0o777]).toEqual([true, true, 0o600]);
    expect(await readFile(path, 'utf8')).toContain('number 39');
  });
});

describe('tokens of Kubernetes service accounts', () => {
  const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  const good = jwt({ aud: [tokenAudience], iss: 'https://kubernetes.default.svc' });
  const accepted = {
    authenticated: true,
    audiences: [tokenAudience],
    user: { username: 'system:serviceaccount:shop:order' },
  };

  it('are asked about with the audience of Istio, once in a while', async () => {
    const asked: unknown[] = [];
    const reviewer = createKubernetesTokenReviewer(async (review) => {
      asked.push(review);
      return { status: accepted };
    }, clock);
    expect(await reviewer.review(good)).toEqual({ namespace: 'shop', serviceAccount: 'order' });
    await reviewer.review(good);
    expect(asked).toMatchObject([{ kind: 'TokenReview', spec: { token: good, audiences: ['istio-ca'] } }]);
    clock.advance(11_000);
    await reviewer.review(good);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['not authenticated', good, { authenticated: false, error: 'expired' }, 'Kubernetes does not accept'],
    ['for no audience', good, { ...accepted, audiences: undefined }, 'did not find audience'],
    ['of a person', good, { ...accepted, user: { username: 'alice' } }, 'not of a service account'],
    ['for another audience', jwt({ aud: 'vault' }), accepted, 'is not for audience istio-ca'],
    ['too old', jwt({ aud: 'istio-ca', exp: 1 }), accepted, 'has expired'],
    ['no JWT', 'abc', accepted, 'is not a JWT'],
  ])('that are %s are refused', async (_, token, status, words) => {
    await expect(createKubernetesTokenReviewer(async () => ({ status }), clock).review(token)).rejects.toThrow(words);
  });

  it('are refused for now where the API server does not answer, or is asked too much', async () => {
    const down = createKubernetesTokenReviewer(() => Promise.reject(new Error('ECONNREFUSED')), clock);
    await expect(down.review(good)).rejects.toMatchObject({ code: 'config_unavailable' });
    const slow = createKubernetesTokenReviewer(() => new Promise(() => {}), clock);
    for (let at = 0; at < reviewsMax; at++) void slow.review(jwt({ aud: 'istio-ca', at }));
    await expect(slow.review(good)).rejects.toMatchObject({ code: 'ca_overloaded' });
  });
});
