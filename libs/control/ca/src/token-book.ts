/** Join tokens that an operator hands out: opaque, for a service account, bounded in uses and in time, kept as hashes. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, randomHex, WeftError } from '@weft/kernel';
import type { WorkloadIdentity } from './join-tokens.ts';
import { fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';

/** Tokens that exist at one time. */
export const tokensMax = 10_000;
export const tokenTtlDefaultMs = 3_600_000;
export const tokenTtlMaxMs = 365 * 86_400_000;
export const tokenUsesMax = 100_000;
/** How long a token that has expired, is used up or revoked is still shown, milliseconds. */
const shownAfterMs = 7 * 86_400_000;

/** Text before every such token: it tells them from JWTs, and lets scanners find one that leaked. */
const prefix = 'weft_';
const form = /^weft_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** "shop/order": the WorkloadGroup that it is for; empty: any of the service account. */
  readonly group: string;
  readonly uses: number;
  readonly ttlMs: number;
}

/** What is shown of a token: all but the token. */
export interface TokenView {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly group: string;
  readonly uses: number;
  readonly usesLeft: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly state: 'valid' | 'expired' | 'used up' | 'revoked';
}

export interface TokenBook {
  /** True for a text that looks like one of these tokens. */
  owns(token: string): boolean;
  /** @returns the token, which is nowhere else from now on. @throws WeftError token_invalid for what is out of bounds. */
  create(request: TokenRequest): Promise<{ readonly token: string; readonly view: TokenView }>;
  /** Whose it is, without using it. @throws WeftError token_invalid. */
  check(token: string): WorkloadIdentity;
  /** Uses it once; on disk when this resolves. @throws WeftError token_invalid. */
  use(token: string): Promise<WorkloadIdentity>;
  list(): readonly TokenView[];
  /** False for an unknown id. */
  revoke(id: string): Promise<boolean>;
}

interface Stored extends Omit<TokenView, 'state'> {
  /** SHA-256 of the secret part, hexadecimal: 256 random bits need no slow hash. */
  readonly hash: string;
  readonly revoked: boolean;
}

/** @param folder private; the file is `join-tokens.json`. @throws WeftError state_invalid. */
export async function openTokenBook(folder: string, clock: Clock, existMax = tokensMax): Promise<TokenBook> {
  const path = join(folder, 'join-tokens.json');
  let tokens = new Map((await readTokens(path)).map((token) => [token.id, token]));
  let work: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = work.then(task);
    work = next.catch(() => {});
    return next;
  };
  const keep = async (next: Map<string, Stored>): Promise<void> => {
    await writePrivateFile(path, `${JSON.stringify([...next.values()])}\n`);
    tokens = next;
  };
  const find = (token: string): Stored => {
    const [, id = '', secret = ''] = form.exec(token) ?? [];
    const stored = tokens.get(id);
    // Compared also where there is none, so that the time does not tell whether an id exists.
    const same = timingSafeEqual(hashOf(secret), Buffer.from(stored?.hash ?? '00'.repeat(32), 'hex'));
    if (stored === undefined || !same) throw new WeftError('token_invalid', 'the join token is unknown');
    const state = stateOf(stored, clock.now());
    if (state !== 'valid') throw new WeftError('token_invalid', reasons[state]);
    return stored;
  };

  return {
    owns: (token) => token.startsWith(prefix),
    create: (request) =>
      inTurn(async () => {
        assertBounds(request);
        const now = clock.now();
        const next = new Map([...tokens].filter(([, { expiresAtMs }]) => expiresAtMs + shownAfterMs > now));
        if (next.size >= existMax) {
          throw new WeftError('token_invalid', `there are ${existMax} join tokens already: let some expire`);
        }
        const secret = randomBytes(32).toString('base64url');
        const { ttlMs, ...rest } = request;
        const stored: Stored = {
          ...rest,
          id: randomHex(8),
          usesLeft: request.uses,
          createdAtMs: now,
          expiresAtMs: now + ttlMs,
          hash: hashOf(secret).toString('hex'),
          revoked: false,
        };
        await keep(next.set(stored.id, stored));
        return { token: `${prefix}${stored.id}_${secret}`, view: viewOf(stored, now) };
      }),
    check: (token) => identityOf(find(token)),
    use: (token) =>
      inTurn(async () => {
        const stored = find(token);
        await keep(new Map(tokens).set(stored.id, { ...stored, usesLeft: stored.usesLeft - 1 }));
        return identityOf(stored);
      }),
    list: () => [...tokens.values()].map((token) => viewOf(token, clock.now())),
    revoke: (id) =>
      inTurn(async () => {
        const stored = tokens.get(id);
        if (stored === undefined) return false;
        await keep(new Map(tokens).set(id, { ...stored, revoked: true }));
        return true;
      }),
  };
}

const reasons = {
  expired: 'the join token has expired',
  'used up': 'the join token is used up',
  revoked: 'the join token was revoked',
} as const;

function stateOf({ revoked, usesLeft, expiresAtMs }: Stored, nowMs: number): TokenView['state'] {
  if (revoked) return 'revoked';
  if (expiresAtMs <= nowMs) return 'expired';
  return usesLeft <= 0 ? 'used up' : 'valid';
}

function viewOf(stored: Stored, nowMs: number): TokenView {
  const { hash: _hash, revoked: _revoked, ...shown } = stored;
  return { ...shown, state: stateOf(stored, nowMs) };
}

function identityOf({ group, namespace, serviceAccount }: Stored): WorkloadIdentity {
  return { group, namespace, serviceAccount };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function assertBounds({ uses, ttlMs }: TokenRequest): void {
  if (!Number.isInteger(uses) || uses < 1 || uses > tokenUsesMax) {
    throw new WeftError('token_invalid', `uses is a whole number from 1 to ${tokenUsesMax}`);
  }
  if (!(ttlMs >= 1000 && ttlMs <= tokenTtlMaxMs)) {
    throw new WeftError('token_invalid', `a join token lives from 1 s to ${tokenTtlMaxMs / 86_400_000} days`);
  }
}

async function readTokens(path: string): Promise<readonly Stored[]> {
  if (!(await fileExists(path))) return [];
  const text = await readPrivateFile(path);
  try {
    return JSON.parse(text) as Stored[];
  } catch (error) {
    throw new WeftError('state_invalid', `${path} is damaged: remove it, and hand out new join tokens`, error);
  }
}
