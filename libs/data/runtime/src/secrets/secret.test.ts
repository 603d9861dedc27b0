/** Secrets: those of SDS, those of resources themselves, and when they are forgotten. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { createManualClock } from '@weft/kernel';
import { createTestCa } from '@weft/tls/testing';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { afterAll, describe, expect, it } from 'vitest';
import { dataSourceBytesMax } from '../limits.ts';
import { applyListener, firstChain, listenerOf, listenerWhere, tcpProxy, typed } from '../testing/listeners.ts';
import { ads, edsCluster, testRuntime, update } from '../testing/resources.ts';

type SecretInit = MessageInitShape<typeof SecretSchema> & { name: string };

const ca = await createTestCa(Date.now());
const other = await createTestCa(Date.now());
const leaf = await ca.issue(['spiffe://a/ns/b/sa/c']);
const inline = (value: string) => ({ specifier: { case: 'inlineString' as const, value } });
const bytes = (value: string) => ({ specifier: { case: 'inlineBytes' as const, value: Buffer.from(value) } });
const file = (value: string) => ({ specifier: { case: 'filename' as const, value } });
const rootsSecret = (pem: string, name = 'ROOTCA', change: object = {}): SecretInit => ({
  name,
  type: { case: 'validationContext', value: { trustedCa: inline(pem), ...change } },
});
const certificateSecret = (name: string, change: object = {}): SecretInit => ({
  name,
  type: {
    case: 'tlsCertificate',
    value: { certificateChain: inline(leaf.certChainPem), privateKey: bytes(leaf.privateKeyPem), ...change },
  },
});
const downstream = (common: object, change: object = {}) => ({
  transportSocket: {
    name: 'tls',
    configType: typed(DownstreamTlsContextSchema, { commonTlsContext: common, ...change } as never),
  },
});
const folder = mkdtempSync(join(tmpdir(), 'weft-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a secret', () => {
  const apply = (secret: SecretInit) => {
    const runtime = testRuntime(createManualClock());
    return { runtime, reason: runtime.apply(update(SecretSchema, [secret])) };
  };

  it('stays in force when it is withdrawn: without roots nobody could be verified', () => {
    const { runtime, reason } = apply(rootsSecret(ca.rootPem));
    expect(reason).toBeUndefined();
    runtime.apply(update(SecretSchema, [], ['ROOTCA']));
    expect(runtime.tables.roots.current).toBe(ca.rootPem);
  });

  const where = 'Secret x';
  it.each([
    [{ name: 'x' }, `${where}: tls_certificate or validation_context is missing`],
    [{ name: 'x', type: { case: 'genericSecret', value: {} } }, `${where}: field generic_secret is not supported`],
    [rootsSecret('nonsense', 'x'), `${where}: validation_context: trusted_ca is no PEM certificate`],
    [rootsSecret(ca.rootPem, 'x', { crl: inline('no') }), `${where}: validation_context: crl is no PEM list`],
    [
      rootsSecret(ca.rootPem, 'x', { verifyCertificateHash: ['ab'] }),
      `${where}: field validation_context.verify_certificate_hash is not supported`,
    ],
    [
      rootsSecret(ca.rootPem, 'x', { matchTypedSubjectAltNames: [{ sanType: 3, matcher: {} }] }),
      `${where}: validation_context.match_typed_subject_alt_names is taken from transport sockets only`,
    ],
    [
      certificateSecret('x', { privateKey: inline('no') }),
      `${where}: tls_certificate: private_key is no PEM key, or its password is wrong`,
    ],
    [
      certificateSecret('x', { certificateChain: inline(other.rootPem) }),
      `${where}: tls_certificate: private_key is not that of certificate_chain`,
    ],
    [
      certificateSecret('x', { privateKey: { specifier: { case: 'environmentVariable', value: 'KEY' } } }),
      `${where}: field tls_certificate.private_key.environment_variable is not supported`,
    ],
    [certificateSecret('default'), 'Secret default: this name is of the certificate that the proxy makes itself'],
    [
      certificateSecret('x', { certificateChain: file(join(folder, 'none.pem')) }),
      `${where}: tls_certificate: certificate_chain.filename cannot be read: ${join(folder, 'none.pem')}`,
    ],
  ])('%#: is refused by name, and nothing of a key is said', (secret, reason) => {
    expect(apply(secret as SecretInit).reason).toBe(reason);
  });

  it('of a file is bounded', () => {
    const path = join(folder, 'big.pem');
    writeFileSync(path, 'x'.repeat(dataSourceBytesMax + 1));
    expect(apply(certificateSecret('x', { certificateChain: file(path) })).reason).toBe(
      `Secret x: tls_certificate: certificate_chain.filename is over ${dataSourceBytesMax} bytes: ${path}`,
    );
  });
});

describe('secrets that resources point to', () => {
  const byName = (name: string, roots: string) => ({
    tlsCertificateSdsSecretConfigs: [{ name, sdsConfig: ads }],
    validationContextType: { case: 'validationContextSdsSecretConfig', value: { name: roots, sdsConfig: ads } },
  });
  const upstream = edsCluster('c', {
    transportSocket: {
      name: 'tls',
      configType: typed(UpstreamTlsContextSchema, { commonTlsContext: byName('default', 'other-ca') } as never),
    },
  });

  it('are asked for as long as somebody points to them, then forgotten', () => {
    const { runtime } = applyListener(listenerOf([tcpProxy()], {}, downstream(byName('web', 'ROOTCA'))));
    runtime.apply(update(ClusterSchema, [upstream]));
    expect(runtime.wanted().secrets).toEqual(['ROOTCA', 'other-ca', 'web'].sort((a, b) => order(a) - order(b)));
    runtime.apply(update(SecretSchema, [certificateSecret('web'), rootsSecret(ca.rootPem, 'other-ca')]));
    expect(runtime.tables.secrets.get('web')).toMatchObject({ kind: 'certificate', certChainPem: leaf.certChainPem });
    expect(runtime.tables.secrets.get('other-ca')).toMatchObject({ kind: 'roots', rootsPem: ca.rootPem, crlPem: '' });
    // What is remembered goes to dumps and to disk: no private key among it.
    const kept = runtime.received().get('type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret');
    expect([...(kept?.keys() ?? [])]).toEqual(['other-ca']);
    runtime.apply(update(ListenerSchema, [], ['127.0.0.1_15001']));
    runtime.apply(update(ClusterSchema, [], ['c']));
    expect(runtime.wanted().secrets).toEqual(['ROOTCA']);
    expect([...runtime.tables.secrets.keys()]).toEqual([]);
    expect(runtime.received().get('type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret')?.size).toBe(
      0,
    );
  });

  function order(name: string): number {
    return ['ROOTCA', 'web', 'other-ca'].indexOf(name);
  }

  it('may stand in the resource: they get a name of their content', () => {
    writeFileSync(join(folder, 'leaf.pem'), leaf.certChainPem);
    const common = {
      tlsCertificates: [{ certificateChain: file(join(folder, 'leaf.pem')), privateKey: inline(leaf.privateKeyPem) }],
      validationContextType: { case: 'validationContext', value: { trustedCa: inline(ca.rootPem) } },
    };
    const init = listenerOf([tcpProxy()], {}, downstream(common));
    const applied = applyListener(init);
    const { tls } = firstChain(applied);
    const { secrets } = applied.runtime.tables;
    expect(tls?.certificate).toMatch(/^inline:certificate:[0-9a-f]{32}$/);
    const certificate = secrets.get(tls?.certificate ?? '');
    expect(certificate).toMatchObject({ kind: 'certificate', privateKeyPem: leaf.privateKeyPem });
    expect(secrets.get(tls?.roots ?? '')).toMatchObject({ kind: 'roots', rootsPem: ca.rootPem });
    expect(applied.runtime.wanted().secrets).toEqual(['ROOTCA']);
    applied.runtime.apply(update(ListenerSchema, [init]));
    expect(secrets.get(tls?.certificate ?? '')).toBe(certificate);
    applied.runtime.apply(update(ListenerSchema, [listenerOf([tcpProxy()])]));
    expect([...secrets.keys()]).toEqual([]);
  });

  it('come from the stream only', () => {
    const common = { tlsCertificateSdsSecretConfigs: [{ name: 'web' }] };
    expect(applyListener(listenerOf([tcpProxy()], {}, downstream(common))).reason).toBe(
      `${listenerWhere}: transport_socket: tls_certificate_sds_secret_configs.sds_config: only ads is supported`,
    );
  });
});
