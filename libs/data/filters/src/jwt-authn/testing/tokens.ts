/** Keys made for a run, and tokens signed with them: good ones and every way of being bad. */

import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const es384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const es512 = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const ed = generateKeyPairSync('ed25519');

const jwk = (key: KeyObject, names: object) => ({ ...key.export({ format: 'jwk' }), ...names });

export const jwks = JSON.stringify({
  keys: [
    jwk(rsa.publicKey, { kid: 'r' }),
    jwk(es256.publicKey, { kid: 'e', alg: 'ES256' }),
    jwk(es384.publicKey, { kid: 'e3' }),
    jwk(es512.publicKey, { kid: 'e5' }),
    jwk(ed.publicKey, { kid: 'd' }),
  ],
});

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export function signToken(header: { alg?: unknown; kid?: unknown }, payload: object, key = rsa.privateKey): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${signature(String(header.alg), Buffer.from(text), key).toString('base64url')}`;
}

function signature(alg: string, data: Buffer, key: KeyObject): Buffer {
  const hash = `sha${alg.slice(2)}`;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  if (alg.startsWith('RS')) return sign(hash, data, key);
  if (alg.startsWith('PS')) return sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
  if (alg.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  return alg === 'EdDSA' ? sign(null, data, key) : Buffer.from('sig');
}

/** Every token of the table, by the name that the table has for it. @param now seconds since the epoch. */
export function testTokens(now: number): Readonly<Record<string, string>> {
  const claims = {
    ...{ iss: 'iss', sub: 'bob', aud: 'a1', exp: now + 3_600, scope: 'r w' },
    ...{ nested: { a: { b: 'c' }, n: 5 }, n: 42, f: 1.5, t: true, arr: ['x', 'y'], obj: { z: 1 } },
  };
  const head = { alg: 'RS256', kid: 'r' };
  const rs = (changes: object) => signToken(head, { ...claims, ...changes });
  const ok = rs({});
  const [header = '', payload = '', signed = ''] = ok.split('.');
  return {
    ok,
    kidnone: signToken({ alg: 'RS256' }, claims),
    kidbad: signToken({ alg: 'RS256', kid: 'zz' }, claims),
    rs384: signToken({ alg: 'RS384', kid: 'r' }, claims),
    rs512: signToken({ alg: 'RS512', kid: 'r' }, claims),
    ps256: signToken({ alg: 'PS256', kid: 'r' }, claims),
    ps384: signToken({ alg: 'PS384', kid: 'r' }, claims),
    ps512: signToken({ alg: 'PS512', kid: 'r' }, claims),
    es256: signToken({ alg: 'ES256', kid: 'e' }, claims, es256.privateKey),
    es384: signToken({ alg: 'ES384', kid: 'e3' }, claims, es384.privateKey),
    es512: signToken({ alg: 'ES512', kid: 'e5' }, claims, es512.privateKey),
    ed: signToken({ alg: 'EdDSA', kid: 'd' }, claims, ed.privateKey),
    other: signToken(head, claims, other.privateKey),
    none: signToken({ alg: 'none' }, claims),
    noalg: signToken({ kid: 'r' }, claims),
    algnum: signToken({ alg: 5, kid: 'r' }, claims),
    hs: signToken({ alg: 'HS256', kid: 'r' }, claims),
    algmis: signToken({ alg: 'ES256', kid: 'r' }, claims, es256.privateKey),
    kidtype: signToken({ alg: 'RS256', kid: 5 }, claims),
    exp: rs({ exp: now - 1_000 }),
    expskew: rs({ exp: now - 30 }),
    nbf: rs({ nbf: now + 1_000 }),
    nbfskew: rs({ nbf: now + 30 }),
    expstr: rs({ exp: 'x' }),
    expneg: rs({ exp: -5 }),
    expfloat: rs({ exp: now + 100.5 }),
    noexp: rs({ exp: undefined }),
    iatstr: rs({ iat: 'z' }),
    nbfstr: rs({ nbf: 'z' }),
    iss2: rs({ iss: 'iss2' }),
    issx: rs({ iss: 'nope' }),
    noiss: rs({ iss: undefined }),
    issnum: rs({ iss: 3 }),
    audx: rs({ aud: 'zz' }),
    audarr: rs({ aud: ['q', 'a1'] }),
    audslash: rs({ aud: 'http://x.y' }),
    noaud: rs({ aud: undefined }),
    audnum: rs({ aud: 3 }),
    audarrnum: rs({ aud: [3] }),
    subnum: rs({ sub: 3 }),
    alice: rs({ sub: 'alice' }),
    nosub: rs({ sub: undefined }),
    jti: rs({ jti: 3 }),
    nq: rs({ iss: 'iss2', nbf: now + 1_000 }),
    hdrb64: `!!.${payload}.${signed}`,
    hdrjson: `${encode('{x')}.${payload}.${signed}`,
    hdrarr: `${encode('[]')}.${payload}.${signed}`,
    payb64: `${header}.!!.${signed}`,
    payjson: `${header}.${encode('{x')}.${signed}`,
    payarr: `${header}.${encode('[]')}.${signed}`,
    sigb64: `${header}.${payload}.!!`,
    sigempty: `${header}.${payload}.`,
    short: rs({ exp: now + 50 }),
    longiat: rs({ iat: now - 3_000, exp: now + 50 }),
    iatok: rs({ iat: now, exp: now + 90 }),
  };
}
