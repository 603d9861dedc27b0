/** OpenSSL contexts of the client's end: one for all connections with the same certificate, roots and versions. */

import { createSecureContext, type SecureContext } from 'node:tls';
import { contextOptions } from './context-options.ts';
import { type HeldSecrets, readSecrets, type TlsPolicy, type TlsSecrets } from './material.ts';

/** Contexts kept; the one that was used longest ago goes first. */
export const contextsMax = 256;

export interface ClientContext {
  /** Another one after each rotation: what was resumed with an earlier one is not resumed with this. */
  readonly id: number;
  readonly secure: SecureContext;
}

export interface ClientContexts {
  /** @returns nothing where a secret is missing. @throws what OpenSSL says of a secret that does not parse. */
  get(policy: TlsPolicy): ClientContext | undefined;
  size(): number;
}

export function createClientContexts(secrets: TlsSecrets, max = contextsMax): ClientContexts {
  const contexts = new Map<string, ClientContext & HeldSecrets>();
  let ids = 0;
  return {
    get(policy) {
      const now = readSecrets(policy, secrets);
      if (now === undefined) return undefined;
      const { certificate = '', roots = '', minVersion, maxVersion, ciphers } = policy;
      const key = `${certificate}\n${roots}\n${minVersion} ${maxVersion} ${ciphers}`;
      let context = contexts.get(key);
      contexts.delete(key);
      if (context === undefined || context.certificate !== now.certificate || context.roots !== now.roots) {
        ids += 1;
        context = { id: ids, secure: createSecureContext(contextOptions(policy, now)), ...now };
      }
      contexts.set(key, context);
      if (contexts.size > max) {
        const oldest = contexts.keys().next();
        if (oldest.done !== true) contexts.delete(oldest.value);
      }
      return context;
    },
    size: () => contexts.size,
  };
}
