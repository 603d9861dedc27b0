import { createManualClock } from '@weft/kernel';
import { type HttpClient, ServiceError } from '@weft/service-kit';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKeySet, failureCooldownMs, keysAgeMaxMs, keysMax, refetchCooldownMs } from './key-set.ts';
import { createTokenVerifier } from './token-verifier.ts';

const user = '0f8fad5b-d9cb-469f-a165-70867728950e';
type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

let signer: Key;
let stranger: Key;
let publicJwk: JWK;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  signer = pair.privateKey;
  publicJwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' };
  stranger = (await generateKeyPair('ES256')).privateKey;
});

interface World {
  readonly clock: ReturnType<typeof createManualClock>;
  readonly fetches: () => number;
  readonly userOf: (authorization: string | undefined) => Promise<string>;
  answer: () => unknown;
}

function world(): World {
  const clock = createManualClock(1_800_000_000_000);
  let fetches = 0;
  const http: HttpClient = {
    async get() {
      fetches++;
      return { status: 200, body: JSON.stringify(made.answer()) };
    },
    stop: () => {},
  };
  const keys = createKeySet({
    http,
    userUrl: new URL('http://user:8080'),
    discovery: undefined,
    clock,
    random: () => 0,
  });
  const made: World = {
    clock,
    fetches: () => fetches,
    userOf: createTokenVerifier(keys, clock).userOf,
    answer: () => ({ keys: [publicJwk] }),
  };
  return made;
}

interface TokenParts {
  readonly kid?: string;
  readonly key?: Key;
  readonly issuer?: string;
  readonly audience?: string;
  readonly subject?: string;
  readonly livesS?: number;
  /** A claim of this many characters more. */
  readonly paddedBy?: number;
}

async function token({ clock }: World, parts: TokenParts = {}): Promise<string> {
  const now = Math.floor(clock.now() / 1000);
  const jwt = await new SignJWT({ padding: 'x'.repeat(parts.paddedBy ?? 0) })
    .setProtectedHeader({ alg: 'ES256', kid: parts.kid ?? 'k1' })
    .setSubject(parts.subject ?? user)
    .setIssuer(parts.issuer ?? 'user.shop')
    .setAudience(parts.audience ?? 'shop')
    .setIssuedAt(now)
    .setExpirationTime(now + (parts.livesS ?? 900))
    .sign(parts.key ?? signer);
  return `Bearer ${jwt}`;
}

/** Lets a retry's pause of 0 ms pass. */
async function driven<T>({ clock }: World, outcome: Promise<T>): Promise<T> {
  const state = { open: true };
  outcome.then(
    () => (state.open = false),
    () => (state.open = false),
  );
  while (state.open) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(0);
  }
  return outcome;
}

describe('the caller of an order', () => {
  it('is the subject of a token that the user service signed', async () => {
    const shop = world();
    expect(await shop.userOf(await token(shop))).toBe(user);
    expect(await shop.userOf(await token(shop, { paddedBy: 2048 }))).toBe(user);
  });

  it('is refused with any other token', async () => {
    const shop = world();
    const good = await token(shop);
    const refused = [
      await token(shop, { key: stranger }),
      await token(shop, { issuer: 'someone' }),
      await token(shop, { audience: 'elsewhere' }),
      await token(shop, { subject: 'not-an-id' }),
      await token(shop, { livesS: -1 }),
      `${good}x`,
      `Bearer ${good.split('.')[1]}`,
      `Bearer eyJhbGciOiJub25lIn0.${good.split('.')[1]}.`,
      await token(shop, { paddedBy: 4096 }),
    ];
    for (const text of refused) await expect(shop.userOf(text)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('must say who it is', async () => {
    for (const text of [undefined, '', 'Basic abc', 'Bearer']) {
      await expect(world().userOf(text)).rejects.toMatchObject({ code: 'token_missing' });
    }
  });

  it('is refused from the moment its token expires', async () => {
    const shop = world();
    const text = await token(shop);
    shop.clock.advance(899_000);
    expect(await shop.userOf(text)).toBe(user);
    shop.clock.advance(1000);
    await expect(shop.userOf(text)).rejects.toMatchObject({ code: 'token_invalid' });
  });
});

describe("the user service's keys", () => {
  it('are fetched once for many requests, also when these come together', async () => {
    const shop = world();
    const text = await token(shop);
    await Promise.all(Array.from({ length: 5 }, () => shop.userOf(text)));
    await shop.userOf(text);
    expect(shop.fetches()).toBe(1);
  });

  it('are fetched again for an unknown key id, but not for every stranger', async () => {
    const shop = world();
    await shop.userOf(await token(shop));
    const unknown = await token(shop, { kid: 'k2' });
    for (let i = 0; i < 5; i++) await expect(shop.userOf(unknown)).rejects.toMatchObject({ code: 'token_invalid' });
    expect(shop.fetches()).toBe(1);
    shop.clock.advance(refetchCooldownMs);
    shop.answer = () => ({ keys: [publicJwk, { ...publicJwk, kid: 'k2' }] });
    expect(await shop.userOf(unknown)).toBe(user);
    expect(shop.fetches()).toBe(2);
  });

  it('are fetched again when they are old, and stay in use while that fails', async () => {
    const shop = world();
    await shop.userOf(await token(shop));
    shop.clock.advance(keysAgeMaxMs);
    shop.answer = () => {
      throw new ServiceError('dependency_timeout');
    };
    expect(await driven(shop, shop.userOf(await token(shop)))).toBe(user);
    expect(shop.fetches()).toBeGreaterThan(1);
  });

  it('are missed with a clear failure, and asked for again after a pause', async () => {
    const shop = world();
    const text = await token(shop);
    shop.answer = () => ({ keys: 'none' });
    await expect(driven(shop, shop.userOf(text))).rejects.toMatchObject({ code: 'dependency_unavailable' });
    const before = shop.fetches();
    await expect(shop.userOf(text)).rejects.toMatchObject({ code: 'dependency_unavailable' });
    expect(shop.fetches()).toBe(before);
    shop.clock.advance(failureCooldownMs);
    shop.answer = () => ({ keys: [publicJwk] });
    expect(await shop.userOf(text)).toBe(user);
  });

  it('are no more than their bound', async () => {
    const shop = world();
    shop.answer = () => ({ keys: Array.from({ length: keysMax + 1 }, () => publicJwk) });
    await expect(driven(shop, shop.userOf(await token(shop)))).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
  });
});
