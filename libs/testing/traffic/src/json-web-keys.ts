/** Keys, key sets and tokens of the table: made once a run. */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** By the word in `tokenOf`'s `by`; "stranger" signs with a key that no set has, under the kid of "rsa". */
const signers: Readonly<Record<string, { readonly alg: string; readonly kid: string; readonly key: KeyObject }>> = {
  rsa: { alg: 'RS256', kid: 'rsa', key: rsa.privateKey },
  ec: { alg: 'ES256', kid: 'ec', key: ec.privateKey },
  ed: { alg: 'EdDSA', kid: 'ed', key: ed.privateKey },
  stranger: { alg: 'RS256', kid: 'rsa', key: other.privateKey },
};

const jwk = (key: KeyObject, kid: string, alg: string): object => ({
  ...key.export({ format: 'jwk' }),
  kid,
  alg,
  use: 'sig',
});

/** JWKS documents: "all" is served at /all too. */
export const keySets: Readonly<Record<string, string>> = {
  all: JSON.stringify({
    keys: [jwk(rsa.publicKey, 'rsa', 'RS256'), jwk(ec.publicKey, 'ec', 'ES256'), jwk(ed.publicKey, 'ed', 'EdDSA')],
  }),
};

/** @param by a signer, or "none": no signature. Claims are over { iss: "issuer.example", sub: "ann", exp: in an hour }. */
export function tokenOf(claims: Readonly<Record<string, unknown>> = {}, by = 'rsa'): string {
  const { alg, kid, key } = signers[by] ?? { alg: 'none', kid: 'none', key: undefined };
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg, kid, typ: 'JWT' })}.${part({ iss: 'issuer.example', sub: 'ann', exp, ...claims })}`;
  if (key === undefined) return `${text}.`;
  const digest = alg === 'EdDSA' ? null : 'sha256';
  return `${text}.${sign(digest, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
