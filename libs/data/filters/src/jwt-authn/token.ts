/** A JSON Web Token read (RFC 7519, compact form), with the rules and messages of Envoy's parser. */

import { type JwtStatus, jwtStatus } from './status.ts';

type Json = Record<string, unknown>;

export interface JwtToken {
  readonly alg: string;
  /** Empty: none. */
  readonly kid: string;
  readonly iss: string;
  readonly sub: string;
  readonly audiences: readonly string[];
  /** Seconds since the epoch; 0: not said. */
  readonly nbf: number;
  readonly exp: number;
  readonly header: Json;
  readonly payload: Json;
  /** As it was sent, base64url without padding. */
  readonly payloadText: string;
  /** What is signed. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

const algorithms: ReadonlySet<string> = new Set([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'HS256', 'HS384', 'HS512', 'EdDSA'],
]);

/** Without padding; one character of four octets' worth stands for nothing. */
const base64Url = /^(?:[A-Za-z0-9_-]{4})*[A-Za-z0-9_-]{2,4}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns the token, or why it is none (a JwtStatus has a `code`). */
export function parseToken(text: string): JwtToken | JwtStatus {
  const sections = text.split('.').filter((section) => section !== '');
  const [headerText, payloadText, signatureText] = sections;
  if (headerText === undefined || payloadText === undefined || signatureText === undefined || sections.length > 3) {
    return jwtStatus.badFormat;
  }
  if (!base64Url.test(headerText)) return jwtStatus.headerBase64;
  const header = parseObject(headerText);
  if (header === undefined) return jwtStatus.headerJson;
  const { alg, kid } = header;
  if (typeof alg !== 'string') return jwtStatus.badAlg;
  if (!algorithms.has(alg)) return jwtStatus.unknownAlg;
  if (kid !== undefined && typeof kid !== 'string') return jwtStatus.badKid;
  if (!base64Url.test(payloadText)) return jwtStatus.payloadBase64;
  const payload = parseObject(payloadText);
  if (payload === undefined) return jwtStatus.payloadJson;
  const problem = claimProblem(payload);
  if (problem !== undefined) return problem;
  if (!base64Url.test(signatureText)) return jwtStatus.signatureBase64;
  const { iss, sub, aud, nbf, exp } = payload;
  return {
    alg,
    kid: kid ?? '',
    iss: (iss as string | undefined) ?? '',
    sub: (sub as string | undefined) ?? '',
    audiences: aud === undefined ? [] : ((typeof aud === 'string' ? [aud] : aud) as string[]),
    nbf: Math.trunc((nbf as number | undefined) ?? 0),
    exp: Math.trunc((exp as number | undefined) ?? 0),
    header,
    payload,
    payloadText,
    signed: Buffer.from(`${headerText}.${payloadText}`, 'latin1'),
    signature: Buffer.from(signatureText, 'base64url'),
  };
}

/** By Envoy's order of claims. */
function claimProblem(payload: Json): JwtStatus | undefined {
  const { iss, sub, iat, nbf, exp, jti, aud } = payload;
  if (notString(iss)) return jwtStatus.issNotString;
  if (notString(sub)) return jwtStatus.subNotString;
  if (notNumber(iat)) return jwtStatus.iatNotInteger;
  if (outOfRange(iat)) return jwtStatus.iatRange;
  if (notNumber(nbf)) return jwtStatus.nbfNotInteger;
  if (outOfRange(nbf)) return jwtStatus.nbfRange;
  if (notNumber(exp)) return jwtStatus.expNotInteger;
  if (outOfRange(exp)) return jwtStatus.expRange;
  if (notString(jti)) return jwtStatus.jtiNotString;
  const strings = Array.isArray(aud) ? aud.every((one) => typeof one === 'string') : !notString(aud);
  return strings ? undefined : jwtStatus.audNotStrings;
}

function notString(value: unknown): boolean {
  return value !== undefined && typeof value !== 'string';
}

function notNumber(value: unknown): boolean {
  return value !== undefined && typeof value !== 'number';
}

function outOfRange(value: unknown): boolean {
  return typeof value === 'number' && (value < 0 || value >= 2 ** 63);
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(text, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
