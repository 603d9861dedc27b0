/** The bound of the contexts, and when one is made anew. */

import { beforeAll, describe, expect, it } from 'vitest';
import { createClientContexts } from './client-contexts.ts';
import type { TlsPolicy } from './material.ts';
import { materialSecrets, type TlsMaterial } from './material-secrets.ts';
import { createTestCa } from './testing/test-ca.ts';

const policy = (ciphers: string): TlsPolicy => ({
  certificate: 'default',
  roots: 'ROOTCA',
  sans: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers,
});
let materials: readonly TlsMaterial[];

beforeAll(async () => {
  const ca = await createTestCa(Date.now());
  materials = [await ca.issue(['spiffe://a/ns/b/sa/c']), await ca.issue(['spiffe://a/ns/b/sa/c'])];
});

describe('the contexts of the client’s end', () => {
  it('are kept up to their bound; the one that was used longest ago goes first', () => {
    const contexts = createClientContexts(
      materialSecrets(() => materials[0]),
      2,
    );
    const [first, second] = [contexts.get(policy('')), contexts.get(policy('AES128-SHA'))];
    contexts.get(policy(''));
    contexts.get(policy('AES256-SHA'));
    expect(contexts.size()).toBe(2);
    expect(contexts.get(policy(''))).toBe(first);
    expect(contexts.get(policy('AES128-SHA'))?.id).not.toBe(second?.id);
  });

  it('are made anew, in the same place, where a secret is another one', () => {
    let material = materials[0];
    const contexts = createClientContexts(materialSecrets(() => material));
    const before = contexts.get(policy(''));
    material = materials[1];
    expect(contexts.get(policy(''))?.id).not.toBe(before?.id);
    expect(contexts.size()).toBe(1);
    material = undefined;
    expect(contexts.get(policy(''))).toBeUndefined();
  });
});
