/** Verified tokens, by the SHA-256 of their text: a repeated token is not verified again. */

import { createHash } from 'node:crypto';

export interface TokenCache<T> {
  get(token: string): T | undefined;
  set(token: string, value: T): void;
  delete(token: string): void;
  clear(): void;
  readonly size: number;
}

/** Tokens kept of one provider where jwt_cache_config says nothing. */
export const tokensMax = 1_024;
/** Of them, those used last are found by the text itself: no hash is worked out for them. */
export const recentTokensMax = 32;
/** Longer tokens are verified each time. */
export const tokenCharsMax = 8_192;

/** The end of a token is of its signature: different for each. */
const tailChars = 24;

interface Recent<T> {
  readonly token: string;
  readonly value: T;
}

/** Least recently used out first. @param max at least 1. */
export function createTokenCache<T>(max: number): TokenCache<T> {
  const byHash = new Map<string, T>();
  const recent = new Map<string, Recent<T>>();

  const remember = (token: string, value: T): void => {
    const tail = token.slice(-tailChars);
    recent.delete(tail);
    recent.set(tail, { token, value });
    if (recent.size > Math.min(max, recentTokensMax)) recent.delete(recent.keys().next().value as string);
  };
  const put = (hash: string, value: T): void => {
    byHash.delete(hash);
    byHash.set(hash, value);
    if (byHash.size > max) byHash.delete(byHash.keys().next().value as string);
  };

  return {
    get(token) {
      const last = recent.get(token.slice(-tailChars));
      if (last !== undefined && last.token === token) return last.value;
      if (token.length > tokenCharsMax || byHash.size === 0) return undefined;
      const hash = hashOf(token);
      const value = byHash.get(hash);
      if (value === undefined) return undefined;
      put(hash, value);
      remember(token, value);
      return value;
    },
    set(token, value) {
      if (token.length > tokenCharsMax) return;
      put(hashOf(token), value);
      remember(token, value);
    },
    delete(token) {
      byHash.delete(hashOf(token));
      recent.delete(token.slice(-tailChars));
    },
    clear() {
      byHash.clear();
      recent.clear();
    },
    get size() {
      return byHash.size;
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token, 'latin1').digest('base64');
}
