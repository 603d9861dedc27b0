/** Secrets by name: those that SDS brought and those that resources carry in themselves. */

import type { TlsSecret } from '../tables/tls.ts';
import type { SocketSecrets } from '../tls/tls-material.ts';

/** Secrets that one resource points to. */
export type ResourceSecrets = readonly SocketSecrets[];

export interface SecretStore {
  /** Both sorts; the living map. */
  readonly secrets: ReadonlyMap<string, TlsSecret>;
  /** Names that SDS brought. */
  readonly received: { has(name: string): boolean };
  commit(changed: ReadonlyMap<string, TlsSecret>): void;
  /** What a resource (its type and name as one key) points to from now on; empty: it is gone. */
  reference(resource: string, secrets: ResourceSecrets): void;
  /** Names to ask SDS for. */
  wanted(): ReadonlySet<string>;
  /** Forgets what nobody points to. @param kept asked for whatever resources say. */
  sweep(kept: ReadonlySet<string>): void;
}

export function createSecretStore(): SecretStore {
  const secrets = new Map<string, TlsSecret>();
  const received = new Set<string>();
  const referenced = new Map<string, ResourceSecrets>();

  const wanted = (): ReadonlySet<string> => {
    const names = new Set<string>();
    for (const entries of referenced.values()) {
      for (const { named } of entries) for (const name of named) names.add(name);
    }
    return names;
  };

  return {
    secrets,
    received,
    wanted,
    commit(changed) {
      // A secret that is withdrawn stays in force as long as a resource points to it: without it nobody could be verified.
      for (const [name, secret] of changed) {
        received.add(name);
        secrets.set(name, secret);
      }
    },
    reference(resource, entries) {
      if (entries.length === 0) referenced.delete(resource);
      else referenced.set(resource, entries);
      for (const { inline } of entries) {
        // The same content is the same name and stays the same object: TLS contexts are kept by identity.
        for (const [name, secret] of inline) if (!secrets.has(name)) secrets.set(name, secret);
      }
    },
    sweep(kept) {
      const names = new Set([...kept, ...wanted()]);
      for (const entries of referenced.values()) {
        for (const { inline } of entries) for (const name of inline.keys()) names.add(name);
      }
      for (const name of secrets.keys()) {
        if (names.has(name)) continue;
        secrets.delete(name);
        received.delete(name);
      }
    },
  };
}
