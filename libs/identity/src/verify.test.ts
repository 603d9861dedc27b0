import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createManualClock } from '@weft/kernel';
import { beforeAll, describe, expect, test } from 'vitest';
import { createKeyAndRequest } from './certificate-request.ts';
import { chainLengthMax, chainTextMax, inspectChain, splitPem } from './chain.ts';
import { createFakeCa, type FakeCa } from './testing/index.ts';
import { verifyLeaf } from './verify.ts';

const uri = 'spiffe://cluster.local/ns/shop/sa/order';
const startMs = Date.UTC(2030, 0, 1);
const clock = createManualClock(startMs);
let ca: FakeCa;

beforeAll(async () => {
  ca = await createFakeCa(clock);
});

describe('certificate requests', () => {
  test('another ASN.1 library reads the request, finds its name and verifies its signature', async () => {
    const { csrPem } = await createKeyAndRequest(uri);
    const request = new x509.Pkcs10CertificateRequest(csrPem);
    expect(await request.verify()).toBe(true);
    expect((request.publicKey.algorithm as { namedCurve?: string }).namedCurve).toBe('P-256');
    const names = request.getExtension('2.5.29.17') as x509.SubjectAlternativeNameExtension | null;
    expect(names?.names.items.map((item) => [item.type, item.value])).toEqual([['url', uri]]);
  });

  test('a request without a name is as good, and each has a key of its own', async () => {
    const [one, other] = [await createKeyAndRequest(undefined), await createKeyAndRequest(undefined)];
    expect(await new x509.Pkcs10CertificateRequest(one.csrPem).verify()).toBe(true);
    expect(one.privateKeyPem).not.toBe(other.privateKeyPem);
  });
});

describe('chains', () => {
  test('a chain says who, when, and by whom', async () => {
    const { certChainPem } = await ca.issue(uri, 60);
    const [leaf, issuer] = inspectChain(certChainPem);
    expect(leaf?.uris).toEqual([uri]);
    expect(leaf?.notAfterMs).toBe(startMs + 60_000);
    expect(leaf?.issuer).toBe(issuer?.subject);
    expect(leaf?.serial).toMatch(/^[0-9A-F]+$/);
  });

  test('a chain of too many certificates is refused', () => {
    expect(() => splitPem(ca.rootPem.repeat(chainLengthMax + 1))).toThrow(/more than 16 certificates/);
  });

  test('a chain of too much text is refused before it is read', () => {
    expect(splitPem(' '.repeat(chainTextMax))).toEqual([]);
    expect(() => splitPem(' '.repeat(chainTextMax + 1))).toThrow(/a chain is longer than 262144/);
  });

  test('text that is no certificate is refused', () => {
    const text = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(() => inspectChain(text)).toThrow(/does not parse/);
  });
});

describe('verification', () => {
  const check = (chainPem: string, changes: object = {}) =>
    verifyLeaf({ chainPem, rootsPem: ca.rootPem, expectedUris: [uri], nowMs: startMs, ...changes });

  test('a leaf that leads to the root and has the expected identity is accepted', async () => {
    expect(check((await ca.issue(uri)).certChainPem)).toBeUndefined();
  });

  test('another identity, another root, a missing intermediate, and the wrong time each have their reason', async () => {
    const { certChainPem } = await ca.issue(uri, 60);
    const strangers = await createFakeCa(clock);
    expect(check(certChainPem, { expectedUris: ['spiffe://cluster.local/ns/shop/sa/x'] })).toMatch(/expected/);
    expect(check(certChainPem, { rootsPem: strangers.rootPem })).toMatch(/does not lead to a trusted root/);
    expect(check(splitPem(certChainPem)[0] ?? '')).toMatch(/does not lead to a trusted root/);
    expect(check(certChainPem, { nowMs: startMs + 60_000 })).toMatch(/has expired/);
    expect(check(certChainPem, { nowMs: startMs - 5_000 })).toMatch(/not valid yet/);
    expect(check('')).toMatch(/empty/);
    expect(check(ca.rootPem)).toMatch(/certificate of an authority/);
  });

  test('an identity that is none of a workload is refused', async () => {
    expect(check((await ca.issue('spiffe://cluster.local/x')).certChainPem)).toMatch(/not the identity of a workload/);
  });
});
