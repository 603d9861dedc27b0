/** The last TLS session per endpoint, bounded: the endpoint that was used longest ago goes first. */

import type { PeerNames } from './peer-names.ts';

export interface HeldSession {
  readonly ticket: Buffer;
  /** Who the peer was when the session was made; nothing: it was not verified. */
  readonly names: PeerNames | undefined;
}

export interface SessionCache {
  get(key: string): HeldSession | undefined;
  set(key: string, session: HeldSession): void;
  delete(key: string): void;
  size(): number;
}

/** @param max endpoints kept; 0: none. */
export function createSessionCache(max: number): SessionCache {
  const sessions = new Map<string, HeldSession>();
  return {
    get(key) {
      const session = sessions.get(key);
      if (session !== undefined) {
        sessions.delete(key);
        sessions.set(key, session);
      }
      return session;
    },
    set(key, session) {
      if (max === 0) return;
      sessions.delete(key);
      sessions.set(key, session);
      if (sessions.size <= max) return;
      const oldest = sessions.keys().next();
      if (oldest.done !== true) sessions.delete(oldest.value);
    },
    delete: (key) => void sessions.delete(key),
    size: () => sessions.size,
  };
}
