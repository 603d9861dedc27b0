/** TLS contexts of both sides: what they prove, whom they trust, and what is refused. */

import { create } from '@bufbuild/protobuf';
import { TransportSocketSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { describe, expect, it } from 'vitest';
import { typed } from '../testing/listeners.ts';
import { ads } from '../testing/resources.ts';
import { compileDownstreamSocket, compileUpstreamTls } from './transport-socket.ts';

const sds = (name: string) => ({ name, sdsConfig: ads });
const san = (sanType: number, kind: string, value: unknown, ignoreCase = false) => ({
  sanType,
  matcher: { matchPattern: { case: kind, value }, ignoreCase },
});
/** @param context fields of the default validation context. */
const trusting = (roots: string | undefined, context: object | undefined) => ({
  validationContextType: {
    case: 'combinedValidationContext',
    value: {
      defaultValidationContext: context,
      validationContextSdsSecretConfig: roots === undefined ? undefined : sds(roots),
    },
  },
});
const certificate = { tlsCertificateSdsSecretConfigs: [sds('default')] };
const upstream = (common: object, change: object = {}) =>
  compileUpstreamTls(
    create(TransportSocketSchema, {
      name: 'tls',
      configType: typed(UpstreamTlsContextSchema, { commonTlsContext: common, ...change } as never),
    }),
    'Cluster c',
  );
const downstream = (common: object, change: object = {}) =>
  compileDownstreamSocket(
    create(TransportSocketSchema, {
      name: 'tls',
      configType: typed(DownstreamTlsContextSchema, { commonTlsContext: common, ...change } as never),
    }),
    'Listener l',
  )?.tls;
const uri = 'spiffe://cluster.local/ns/shop/sa/payment';

describe('a transport socket', () => {
  it('is plain text where it says nothing or raw_buffer', () => {
    expect(compileUpstreamTls(undefined, 'Cluster c')).toBeUndefined();
    const raw = create(TransportSocketSchema, { name: 'raw', configType: typed(RawBufferSchema, {}) });
    expect(compileDownstreamSocket(raw, 'Listener l')).toBeUndefined();
  });

  it('of another type is refused by name', () => {
    const wrong = create(TransportSocketSchema, { name: 'x', configType: typed(DownstreamTlsContextSchema, {}) });
    expect(() => compileUpstreamTls(wrong, 'Cluster c')).toThrow(/DownstreamTlsContext is not supported/);
  });
});

describe('TLS to an endpoint', () => {
  it('of the mesh expects SPIFFE identities', () => {
    const context = { matchTypedSubjectAltNames: [san(3, 'exact', uri)] };
    expect(
      upstream({ alpnProtocols: ['istio'], ...certificate, ...trusting('ROOTCA', context) }, { sni: 's' }),
    ).toEqual({
      certificate: 'default',
      roots: 'ROOTCA',
      verify: 'mesh',
      sni: 's',
      autoSni: false,
      autoSan: false,
      alpn: ['istio'],
      expectedUris: [uri],
      sans: [],
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: '',
    });
  });

  it('whose names are not plain SPIFFE URIs is judged name by name, by the roots of the mesh too', () => {
    const context = { matchTypedSubjectAltNames: [san(3, 'exact', uri), san(3, 'prefix', 'spiffe://x/')] };
    const tls = upstream(trusting('ROOTCA', context));
    expect(tls).toMatchObject({ certificate: undefined, roots: 'ROOTCA', verify: 'public', expectedUris: [] });
    expect(tls?.sans.map(({ text }) => text)).toEqual([`exact ${uri}`, 'prefix spiffe://x/']);
  });

  it('takes the roots of another secret, those of the system, or none', () => {
    expect(upstream(trusting('web-ca', undefined))).toMatchObject({ roots: 'web-ca', verify: 'public' });
    expect(upstream(trusting('file-root:system', undefined))).toMatchObject({ roots: undefined, verify: 'public' });
    expect(upstream(trusting(undefined, { systemRootCerts: {} }))).toMatchObject({
      roots: undefined,
      verify: 'public',
    });
    expect(upstream({})).toMatchObject({ certificate: undefined, roots: undefined, verify: 'none' });
    const untrusted = trusting('web-ca', { trustChainVerification: 1 });
    expect(upstream(untrusted)).toMatchObject({ roots: undefined, verify: 'none' });
  });

  it.each([
    [san(2, 'exact', 'a.shop.test'), 'dns', ['a.shop.test', '*.shop.test', 'A.shop.test'], ['*.test', 'b.a.shop.test']],
    [san(2, 'suffix', '.test'), 'dns', ['a.test'], ['a.tes']],
    [san(2, 'contains', 'SHOP', true), 'dns', ['a.shop.test', 'Shop'], ['sho']],
    [san(3, 'safeRegex', { regex: 'spiffe://[a-z]+' }), 'uri', ['spiffe://ab'], ['spiffe://ab/c']],
    [san(1, 'exact', 'a@b.test'), 'email', ['a@b.test'], ['A@b.test']],
    [san(4, 'prefix', '10.'), 'ip', ['10.0.0.1'], ['110.0.0.1']],
  ])('%#: matches names of a certificate', (matcher, type, yes, no) => {
    const [rule] = upstream(trusting('web-ca', { matchTypedSubjectAltNames: [matcher] }))?.sans ?? [];
    expect(rule?.type).toBe(type);
    expect(yes.map((name) => rule?.matches(name))).toEqual(yes.map(() => true));
    expect(no.map((name) => rule?.matches(name))).toEqual(no.map(() => false));
  });

  it('takes the old list of names as one of all types', () => {
    const context = { matchSubjectAltNames: [{ matchPattern: { case: 'exact', value: 'a' } }] };
    const tls = upstream(trusting('web-ca', context));
    expect(tls?.sans.map(({ type }) => type)).toEqual(['email', 'dns', 'uri', 'ip']);
  });

  it('keeps to versions and ciphers', () => {
    const tlsParams = {
      tlsMinimumProtocolVersion: 4,
      tlsMaximumProtocolVersion: 4,
      cipherSuites: ['[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]', 'AES128-SHA'],
    };
    expect(upstream({ tlsParams })).toMatchObject({
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:AES128-SHA',
    });
  });

  it.each([
    [
      { tlsParams: { tlsMinimumProtocolVersion: 1 } },
      'tls_minimum_protocol_version: only TLSv1_2 and TLSv1_3 are spoken',
    ],
    [
      { tlsParams: { tlsMinimumProtocolVersion: 4, tlsMaximumProtocolVersion: 3 } },
      'tls_params: the minimum is over the maximum',
    ],
    [{ tlsParams: { cipherSuites: ['a b'] } }, 'cipher_suites: "a b" is not supported'],
    [{ tlsParams: { ecdhCurves: ['X25519'] } }, 'field common_tls_context.tls_params.ecdh_curves is not supported'],
    [{ tlsCertificateSdsSecretConfigs: [sds('default'), sds('b')] }, 'more than one certificate is not supported'],
    [{ tlsCertificateSdsSecretConfigs: [sds('')] }, 'tls_certificate_sds_secret_configs.name is empty'],
    [
      trusting(undefined, { matchTypedSubjectAltNames: [san(2, 'exact', 'a')] }),
      'subject alt names without a verified chain prove nothing',
    ],
    [
      trusting('r', { matchTypedSubjectAltNames: [san(5, 'exact', 'a')] }),
      'match_typed_subject_alt_names: san_type 5 is not supported',
    ],
    [
      trusting('r', { matchTypedSubjectAltNames: [{ sanType: 2 }] }),
      'match_typed_subject_alt_names: matcher has no pattern',
    ],
    [trusting('r', { crl: { specifier: { case: 'inlineString', value: 'x' } } }), 'crl comes with trusted_ca only'],
    [{ keyLog: {} }, 'field common_tls_context.key_log is not supported'],
  ])('%#: is refused by name', (common, reason) => {
    expect(() => upstream(common)).toThrow(`Cluster c: transport_socket: ${reason}`);
  });
});

describe('TLS of a client', () => {
  it('of the mesh shows a SPIFFE identity of a trust domain', () => {
    const context = { matchTypedSubjectAltNames: [san(3, 'prefix', 'spiffe://cluster.local/')] };
    const common = { alpnProtocols: ['istio'], ...certificate, ...trusting('ROOTCA', context) };
    expect(downstream(common, { requireClientCertificate: true })).toEqual({
      certificate: 'default',
      roots: 'ROOTCA',
      alpn: ['istio'],
      clientCertificate: 'mesh',
      requireClientCertificate: true,
      allowedUriPrefixes: ['spiffe://cluster.local/'],
      sans: [],
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: '',
      sessionTickets: true,
      sessionLifeSeconds: 0,
    });
  });

  it('shows what a gateway asks for, or nothing', () => {
    expect(downstream({ ...certificate, ...trusting('web-ca', undefined) })).toMatchObject({
      clientCertificate: 'public',
      requireClientCertificate: false,
    });
    const plain = downstream(certificate, {
      sessionTicketKeysType: { case: 'disableStatelessSessionResumption', value: true },
      disableStatefulSessionResumption: true,
      sessionTimeout: { seconds: 60n },
    });
    expect(plain).toMatchObject({
      clientCertificate: 'none',
      roots: undefined,
      sessionTickets: false,
      sessionLifeSeconds: 60,
    });
  });

  it.each([
    [{}, {}, 'a certificate is missing'],
    [certificate, { requireClientCertificate: true }, 'require_client_certificate: the peer would not be verified'],
    [certificate, { requireSni: true }, 'field require_sni is not supported'],
    [certificate, { ocspStaplePolicy: 2 }, 'ocsp_staple_policy: only LENIENT_STAPLING is supported'],
    [
      certificate,
      { sessionTicketKeysType: { case: 'sessionTicketKeys', value: {} } },
      'field session_ticket_keys is not supported',
    ],
    [
      { ...certificate, ...trusting('r', { trustChainVerification: 1 }) },
      {},
      'trust_chain_verification ACCEPT_UNTRUSTED is not supported',
    ],
    [
      { ...certificate, ...trusting(undefined, { matchTypedSubjectAltNames: [san(2, 'exact', 'a')] }) },
      {},
      'subject alt names without a verified chain prove nothing',
    ],
  ])('%#: is refused by name', (common, change, reason) => {
    expect(() => downstream(common, change)).toThrow(`Listener l: transport_socket: ${reason}`);
  });
});
