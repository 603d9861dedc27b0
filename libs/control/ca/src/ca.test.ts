import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { createManualClock, WeftError } from '@weft/kernel';
import { createLogger } from '@weft/telemetry';
import { IstioCertificateRequestSchema, IstioCertificateService } from '@weft/xds-messages/istio/v1/auth/ca';
import { createServiceClient, unaryCall } from '@weft/xds-protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuditLog } from './audit-log.ts';
import { loadAuthority } from './authority.ts';
import { createCertificateService } from './certificate-service.ts';
import { createIssueRate } from './issue-rate.ts';
import { openIssuedCertificates } from './issued-certificates.ts';
import { createJoinTokens, joinTokenLifeMs, tokenLengthMax } from './join-tokens.ts';
import { leafLifeDefaultMs, leafLifeMaxMs } from './leaf-certificates.ts';
import { csrLengthMax } from './read-request.ts';
import { createServingCertificate } from './serving-certificate.ts';
import { createTokenWriter } from './token-writer.ts';
import { privateKeyPem, sha256, webcrypto, x509 } from './x509.ts';

const now = Date.parse('2030-01-01T00:00:00Z');
const payment = { group: 'shop/payment-v1', namespace: 'shop', serviceAccount: 'payment' };
let folder = '';
let lines = '';
const logger = createLogger({
  name: 'test',
  level: 'info',
  destination: {
    write: (line) => {
      lines += line;
    },
  },
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-ca-'));
  lines = '';
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeCsr(namedCurve = 'P-256', subject = 'CN=whoever'): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: sha256,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'url', value: 'spiffe://cluster.local/ns/kube-system/sa/admin' },
      ]),
    ],
  });
  return csr.toString('pem');
}

const load = (clock = createManualClock(now)) => loadAuthority({ folder, trustDomain: 'cluster.local', clock });

const codeOf = (error: unknown): string => (error instanceof WeftError ? error.code : String(error));

/** An RSA key takes as long as it takes: seconds on a slow core. */
const findingPrimesMs = 60_000;

describe('authority', () => {
  it('makes a private folder once and issues from it ever after', async () => {
    const first = await load();
    expect((await stat(join(folder, 'ca'))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(join(folder, 'ca'))) {
      expect((await stat(join(folder, 'ca', name))).mode & 0o777).toBe(0o600);
    }
    expect((await load()).rootPem).toBe(first.rootPem);
  });

  it('takes the name from the token and nothing but the key from the request', async () => {
    const issued = await (await load()).issueWorkload(await makeCsr(), 'spiffe://cluster.local/ns/shop/sa/payment', 0);
    const [leaf, intermediate, root] = issued.chain.map((pem) => new X509Certificate(pem));
    expect(issued.chain).toHaveLength(3);
    expect(leaf?.subjectAltName).toBe('URI:spiffe://cluster.local/ns/shop/sa/payment');
    expect(leaf?.subject).toBeFalsy();
    expect(leaf?.verify(intermediate?.publicKey ?? leaf.publicKey)).toBe(true);
    expect(intermediate?.verify(root?.publicKey ?? intermediate.publicKey)).toBe(true);
    const parsed = new x509.X509Certificate(issued.chain[0] ?? '');
    expect(parsed.getExtension(x509.SubjectAlternativeNameExtension)?.critical).toBe(true);
  });

  it.each([
    [0, leafLifeDefaultMs],
    [-5, leafLifeDefaultMs],
    [3_600_000, 3_600_000],
    [leafLifeMaxMs, leafLifeMaxMs],
  ])('a leaf that is asked to live %i ms lives %i ms', async (wanted, life) => {
    const issued = await (await load()).issueWorkload(await makeCsr(), 'spiffe://cluster.local/ns/a/sa/b', wanted);
    expect(issued.notAfterMs).toBe(now + life);
  });

  it('a life over the longest is refused, and the longest is said', async () => {
    const refused = (await load()).issueWorkload(
      await makeCsr(),
      'spiffe://cluster.local/ns/a/sa/b',
      leafLifeMaxMs + 1,
    );
    await expect(refused).rejects.toThrow('a life of 2161 h is asked for, the longest is 2160 h');
  });

  it.each([
    [2048, undefined],
    [3072, undefined],
    [1024, 'has 1024 bits: from 2048 to 4096 are taken'],
  ])(
    'an RSA key of %i bits in a request: %s',
    async (bits, refusal) => {
      const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };
      const keys = await webcrypto.subtle.generateKey({ ...algorithm, modulusLength: bits }, true, ['sign', 'verify']);
      const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: '', keys, signingAlgorithm: algorithm });
      const issuing = (await load()).issueWorkload(csr.toString('pem'), 'spiffe://cluster.local/ns/a/sa/b', 0);
      if (refusal === undefined) await expect(issuing).resolves.toMatchObject({ notAfterMs: now + leafLifeDefaultMs });
      else await expect(issuing).rejects.toThrow(refusal);
    },
    findingPrimesMs,
  );

  it('refuses requests that are not PKCS#10, not P-256, not signed by their key, or too long', async () => {
    const authority = await load();
    const good = await makeCsr();
    const bytes = Buffer.from(good.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    for (const csr of ['', 'hello', await makeCsr('P-384'), forged, good.padEnd(csrLengthMax + 1, '\n')]) {
      const refused = await authority.issueWorkload(csr, 'spiffe://x/ns/a/sa/b', 0).then(() => 'issued', codeOf);
      expect(refused).toBe('csr_invalid');
    }
  });

  it('says in one sentence what is wrong with a folder that is half made, open to others, or mixed', async () => {
    await load();
    const ca = join(folder, 'ca');
    await chmod(join(ca, 'ca-key.pem'), 0o644);
    await expect(load()).rejects.toThrow(/ca-key\.pem is open to others \(mode 0644\): run chmod 600/);
    await writeFile(join(ca, 'ca-key.pem'), await readFile(join(ca, 'root-key.pem')));
    await chmod(join(ca, 'ca-key.pem'), 0o600);
    await expect(load()).rejects.toThrow('is not the key of ca-cert.pem');
    await rm(join(ca, 'ca-key.pem'));
    await expect(load()).rejects.toThrow("has no ca-key.pem: put the CA's files there");
    await chmod(ca, 0o755);
    await expect(load()).rejects.toThrow('run chmod 700');
  });

  it(
    'takes a given CA with an RSA key, as Istio makes them, and issues below it',
    async () => {
      const rsa = {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        publicExponent: new Uint8Array([1, 0, 1]),
        modulusLength: 2048,
      };
      const keys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
      const ca = await x509.X509CertificateGenerator.createSelfSigned({
        name: 'CN=given',
        notBefore: new Date(now - 1000),
        notAfter: new Date(now + 3_600_000),
        keys,
        signingAlgorithm: rsa,
        extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
      });
      const given = join(folder, 'ca');
      await mkdir(given, { mode: 0o700 });
      for (const name of ['ca-cert.pem', 'root-cert.pem', 'cert-chain.pem']) {
        await writeFile(join(given, name), ca.toString('pem'));
      }
      await writeFile(join(given, 'ca-key.pem'), await privateKeyPem(keys.privateKey), { mode: 0o600 });
      const issued = await (await load()).issueWorkload(await makeCsr(), 'spiffe://cluster.local/ns/a/sa/b', 0);
      const [leaf, root] = issued.chain.map((pem) => new X509Certificate(pem));
      expect(issued.chain).toHaveLength(2);
      expect(leaf?.verify(root?.publicKey ?? leaf.publicKey)).toBe(true);
      // A leaf does not outlive its issuer.
      expect(issued.notAfterMs).toBe(now + 3_600_000);
    },
    findingPrimesMs,
  );

  it('refuses to go on with an expired authority', async () => {
    await load();
    await expect(load(createManualClock(now + 20 * 365 * 86_400_000))).rejects.toThrow('has expired');
  });
});

describe('join tokens', () => {
  it('carry the identity, survive a restart, and expire after 24 hours', async () => {
    const clock = createManualClock(now);
    const token = await (await createJoinTokens(folder, clock)).issueJoinToken(payment);
    const tokens = await createJoinTokens(folder, clock);
    expect(await tokens.verifyJoinToken(token)).toEqual(payment);
    clock.advance(joinTokenLifeMs + 1000);
    await expect(tokens.verifyJoinToken(token)).rejects.toThrow('the join token has expired');
  });

  it('of another control plane, without a signature, too long or not a JWT are refused with the reason', async () => {
    const clock = createManualClock(now);
    const tokens = await createJoinTokens(folder, clock);
    const other = await createJoinTokens(await mkdtemp(join(folder, 'other-')), clock);
    const claims = Buffer.from(JSON.stringify({ ...payment, aud: 'istio-ca', iss: 'weft', exp: now })).toString(
      'base64url',
    );
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
    const cases: [string, string][] = [
      [await other.issueJoinToken(payment), 'is not of this control plane'],
      [unsigned, 'is not a signed JWT'],
      ['x'.repeat(tokenLengthMax + 1), 'is too long'],
      ['', 'is not a signed JWT'],
    ];
    for (const [token, reason] of cases) await expect(tokens.verifyJoinToken(token)).rejects.toThrow(reason);
  });

  it('are kept fresh in files, one private folder for each group', async () => {
    const clock = createManualClock(now);
    const tokens = await createJoinTokens(folder, clock);
    const out = join(folder, 'tokens');
    const writer = createTokenWriter({ folder: out, tokens, rootsPem: () => 'ROOT\n', clock, logger });
    await writer.setGroups([payment, { ...payment, group: '../escape' }]);
    const path = join(out, 'shop.payment-v1', 'token');
    const first = await readFile(path, 'utf8');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(join(out, 'shop.payment-v1', 'root-cert.pem'), 'utf8')).toBe('ROOT\n');
    expect(await tokens.verifyJoinToken(first.trim())).toEqual(payment);
    expect(await readdir(out)).toEqual(['shop.payment-v1']);
    clock.advance(joinTokenLifeMs / 2);
    await writer.setGroups([payment]);
    expect(await readFile(path, 'utf8')).not.toBe(first);
    await writer.setGroups([]);
    expect(await readdir(out)).toEqual([]);
    writer.stop();
    expect(lines).not.toContain(first.trim());
  });
});

describe('certificate service', () => {
  it('issues over TLS by the token, logs the issue without secrets, and renews its own certificate under an open stream', async () => {
    const clock = createManualClock(Date.now() - 12 * 3_600_000);
    const authority = await load(clock);
    const tokens = await createJoinTokens(folder, clock);
    const serving = await createServingCertificate(authority, ['mesh.example'], clock, logger);
    const server = new grpc.Server();
    createCertificateService({
      authority,
      trustDomain: 'cluster.local',
      clock,
      issued: await openIssuedCertificates(folder, clock),
      rate: createIssueRate(clock),
      audit: await openAuditLog(folder, clock, logger),
      authenticate: async ({ metadata }) => ({
        workload: await tokens.verifyJoinToken(String(metadata.get('authorization')[0] ?? '').slice(7)),
        by: 'join token',
      }),
    }).addTo(server);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', serving.credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    const connect = (serverName?: string) =>
      createServiceClient({ address: `127.0.0.1:${port}`, rootCertPem: authority.rootPem, serverName });
    const call = (client: grpc.Client, token: string, csr: string) => {
      const metadata = new grpc.Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      const request = create(IstioCertificateRequestSchema, { csr, validityDuration: 3600n });
      const deadline = Date.now() + 5000;
      return unaryCall(client, IstioCertificateService.method.createCertificate, request, metadata, { deadline });
    };
    const client = connect();
    const token = await tokens.issueJoinToken(payment);
    const response = await call(client, token, await makeCsr());
    expect(new X509Certificate(response.certChain[0] ?? '').subjectAltName).toBe(
      'URI:spiffe://cluster.local/ns/shop/sa/payment',
    );
    expect(lines).toContain('"audit":"identity"');
    expect(lines).not.toContain(token);
    await expect(call(client, 'nonsense', await makeCsr())).rejects.toMatchObject({
      code: grpc.status.UNAUTHENTICATED,
    });
    await expect(call(client, token, 'nonsense')).rejects.toMatchObject({ code: grpc.status.INVALID_ARGUMENT });

    const renewed = new Promise<void>((resolve) => {
      const look = (): void => {
        if (lines.includes('serving certificate renewed')) resolve();
        else setImmediate(look);
      };
      look();
    });
    clock.advance(12 * 3_600_000);
    await renewed;
    await call(client, await tokens.issueJoinToken(payment), await makeCsr());
    for (const name of ['mesh.example', 'istiod.istio-system.svc', 'localhost']) {
      const other = connect(name);
      await call(other, token, await makeCsr());
      other.close();
    }
    serving.stop();
    client.close();
    server.forceShutdown();
  });
});
