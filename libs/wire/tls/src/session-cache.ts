/** The last TLS session per endpoint, bounded: the endpoint that was used longest ago goes first. */

import type { PeerIdentity } from './peer-uri.ts';

export interface HeldSession {
  readonly ticket: Buffer;
  /** Who the peer was when the session was made. */
  readonly identity: PeerIdentity;
}

export interface SessionCache {
  get(key: string): HeldSession | undefined;
  /** @param generation what `generation()` said when the connection began; a session of an earlier one is dropped. */
  set(key: string, session: HeldSession, generation: number): void;
  delete(key: string): void;
  /** Forgets all, also those that open connections may still bring. */
  clear(): void;
  generation(): number;
  size(): number;
}

/** @param max endpoints kept; 0: none. */
export function createSessionCache(max: number): SessionCache {
  const sessions = new Map<string, HeldSession>();
  let generation = 0;
  return {
    get(key) {
      const session = sessions.get(key);
      if (session !== undefined) {
        sessions.delete(key);
        sessions.set(key, session);
      }
      return session;
    },
    set(key, session, of) {
      if (of !== generation || max === 0) return;
      sessions.delete(key);
      sessions.set(key, session);
      if (sessions.size <= max) return;
      const oldest = sessions.keys().next();
      if (oldest.done !== true) sessions.delete(oldest.value);
    },
    delete: (key) => void sessions.delete(key),
    clear() {
      sessions.clear();
      generation += 1;
    },
    generation: () => generation,
    size: () => sessions.size,
  };
}
