import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCallerCertificates } from './caller-certificates.ts';
import { createTestCa } from './testing/test-ca.ts';

const ca = await createTestCa(Date.parse('2026-01-01T00:00:00Z'));
const uri = (name: string): string => `spiffe://cluster.local/ns/shop/sa/${name}`;
const pemOf = async (name: string): Promise<string> => (await ca.issue([uri(name)])).certChainPem;

describe('createCallerCertificates', () => {
  it('reads a certificate once, however often it is shown', async () => {
    const pem = await pemOf('orders');
    const known = createCallerCertificates();
    const first = known.of(new X509Certificate(pem));
    expect(known.of(new X509Certificate(pem))).toBe(first);
    expect(first.describe()).toBe(first.describe());
    expect(first.describe()).toMatchObject({ uris: [uri('orders')], hash: first.hash });
  });

  it('tells two certificates of one identity apart', async () => {
    const known = createCallerCertificates();
    const hashes = [await pemOf('orders'), await pemOf('orders')].map((pem) => known.of(new X509Certificate(pem)).hash);
    expect(new Set(hashes).size).toBe(2);
  });

  it('keeps as many as it is told and forgets the one shown longest ago', async () => {
    const [a, b, c] = [await pemOf('a'), await pemOf('b'), await pemOf('c')];
    const known = createCallerCertificates(2);
    const [first, second] = [known.of(new X509Certificate(a)), known.of(new X509Certificate(b))];
    known.of(new X509Certificate(a));
    known.of(new X509Certificate(c));
    expect(known.size()).toBe(2);
    expect(known.of(new X509Certificate(a))).toBe(first);
    expect(known.of(new X509Certificate(b))).not.toBe(second);
  });
});
