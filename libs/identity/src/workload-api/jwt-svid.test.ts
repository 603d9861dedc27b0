import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jwtSvidLengthMax, verifyJwtSvid } from './jwt-svid.ts';

const nowMs = Date.UTC(2030, 0, 1);
const now = nowMs / 1000;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'jwt-svid' };
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: object = {}, head: object = {}, key = privateKey): string {
  const good = { sub: 'spiffe://cluster.local/ns/shop/sa/order', aud: ['payment'], exp: now + 300 };
  const text = `${part({ alg: 'ES256', kid: 'one', typ: 'JWT', ...head })}.${part({ ...good, ...claims })}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const check = (svid: string, keys: object[] = [jwk]): string => {
  const verified = verifyJwtSvid({
    ...{ svid, audience: 'payment', keys: JSON.stringify({ keys }), trustDomain: 'cluster.local', nowMs },
  });
  return verified.spiffeId;
};

describe('a JWT-SVID', () => {
  it('says who its holder is', () => {
    expect(check(token())).toBe('spiffe://cluster.local/ns/shop/sa/order');
    expect(check(token({ aud: 'payment', nbf: now + 30, exp: now - 30 }))).toContain('/sa/order');
  });

  it.each([
    ['that has expired', token({ exp: now - 60 }), 'it has expired'],
    ['that never expires', token({ exp: undefined }), 'or never does'],
    ['that is not valid yet', token({ nbf: now + 61 }), 'it is not valid yet'],
    ['for another audience', token({ aud: ['order'] }), 'it is for another audience'],
    ['of another trust domain', token({ sub: 'spiffe://else/ns/shop/sa/order' }), 'no identity of the trust domain'],
    ['that says it is not signed', token({}, { alg: 'none' }), 'its algorithm is not taken'],
    ['by an unknown key', token({}, { kid: 'two' }), 'no key of the trust domain has its key id'],
    ['by another key of that id', token({}, {}, other), 'its signature is wrong'],
    ['of another type', token({}, { typ: 'at+jwt' }), 'its type is not JWT'],
    ['of four parts', `${token()}.x`, 'it is no signed JWT'],
    ['whose head is no JSON', token().replace(/^[^.]+/, 'e30x'), 'it is no signed JWT'],
  ])('%s is refused', (_what, svid, reason) => {
    expect(() => check(svid)).toThrow(reason);
  });

  it('is not looked at beyond its bound', () => {
    const filled = (length: number): string => token({ filler: 'x'.repeat(length) });
    const room = Math.floor(((jwtSvidLengthMax - filled(0).length) * 3) / 4) - 4;
    expect(check(filled(room))).toContain('/sa/order');
    expect(() => check(filled(room + 16))).toThrow('it is no signed JWT');
  });

  it('is not taken by a key that is for something else', () => {
    expect(() => check(token(), [{ ...jwk, use: 'sig' }])).toThrow('no key of the trust domain has its key id');
  });
});
