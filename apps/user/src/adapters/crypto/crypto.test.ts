import { createManualClock } from '@weft/kernel';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createPasswordHasher, hashesAtOnceMax, hashesWaitingMax } from './password-hasher.ts';
import { createTokenIssuer } from './token-issuer.ts';

const cheap = { cost: 16, blockSize: 8, parallelization: 1 };

describe('a password', () => {
  it('is known by its hash, and nothing else is', async () => {
    const { hash, verify } = createPasswordHasher(cheap);
    const stored = await hash('correct horse');
    expect(stored).toMatch(/^scrypt\$16\$8\$1\$/);
    expect(await verify('correct horse', stored)).toBe(true);
    expect(await verify('correct horsf', stored)).toBe(false);
    expect(await verify('', stored)).toBe(false);
  });

  it('has another hash each time', async () => {
    const { hash } = createPasswordHasher(cheap);
    expect(await hash('correct horse')).not.toBe(await hash('correct horse'));
  });

  it('is still known when the cost was raised since', async () => {
    const stored = await createPasswordHasher(cheap).hash('correct horse');
    expect(await createPasswordHasher({ ...cheap, cost: 32 }).verify('correct horse', stored)).toBe(true);
  });

  it('is the same in either form of its characters', async () => {
    const { hash, verify } = createPasswordHasher(cheap);
    expect(await verify('cafe\u0301', await hash('caf\u00e9'))).toBe(true);
  });

  it('is refused with "overloaded" when too many wait already', async () => {
    const { hash } = createPasswordHasher(cheap);
    const accepted = Array.from({ length: hashesAtOnceMax + hashesWaitingMax }, () => hash('x'));
    await expect(hash('x')).rejects.toMatchObject({ code: 'overloaded' });
    await Promise.all(accepted);
  });
});

describe('a token', () => {
  it('names its user for 15 minutes, and its key by the id that the key set has', async () => {
    const clock = createManualClock(1_800_000_000_000);
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { kid: 'k1', publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) };
    const issuer = await createTokenIssuer(key, clock);
    const keys = createLocalJWKSet({ keys: [...issuer.jwks.keys] });
    const token = await issuer.issue('u-1');
    const at = (offsetS: number) =>
      jwtVerify(token, keys, {
        issuer: 'user.shop',
        audience: 'shop',
        currentDate: new Date(clock.now() + offsetS * 1000),
      });
    expect((await at(0)).payload).toMatchObject({ sub: 'u-1', exp: 1_800_000_900 });
    await expect(at(899)).resolves.toBeDefined();
    await expect(at(900)).rejects.toThrow();
  });

  it('is checked with a key set that holds no private part', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { kid: 'k1', publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) };
    const { jwks } = await createTokenIssuer(key, createManualClock());
    expect(Object.keys(jwks.keys[0] ?? {})).not.toContain('d');
  });
});
