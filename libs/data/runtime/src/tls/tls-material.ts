/** CommonTlsContext: which secrets a connection uses, whom it trusts, and the bounds of the protocol. */

import {
  type CertificateValidationContext,
  type TlsParameters,
  TlsParameters_TlsProtocol as TlsProtocol,
  CertificateValidationContext_TrustChainVerification as TrustChain,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import type { SdsSecretConfig } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import type { CommonTlsContext } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { refuse } from '../check/refuse.ts';
import { ownSecretName, systemRootsName } from '../secrets/names.ts';
import { compileCertificate, compileRoots, inlineSecretName } from '../secrets/secret.ts';
import type { TlsSecret, UpstreamTls } from '../tables/tls.ts';
import { checkConfigSource } from './config-source.ts';
import { compileSans, type SanRule } from './san-matcher.ts';

/** Secrets that a transport socket points to. */
export interface SocketSecrets {
  /** To be asked for. */
  readonly named: readonly string[];
  /** That it brings along, by generated name. */
  readonly inline: ReadonlyMap<string, TlsSecret>;
}

export interface TlsMaterialSpec {
  readonly certificate: string | undefined;
  readonly roots: string | undefined;
  /** There is something to judge a peer's chain by: `roots`, or the system's where those are empty. */
  readonly verifies: boolean;
  /** ACCEPT_UNTRUSTED. */
  readonly acceptUntrusted: boolean;
  readonly sans: readonly SanRule[];
  readonly secrets: SocketSecrets;
}

export type TlsBounds = Pick<UpstreamTls, 'minVersion' | 'maxVersion' | 'ciphers'>;

/** @throws WeftError `config_rejected` */
export function compileMaterial(common: CommonTlsContext, where: string): TlsMaterialSpec {
  const named: string[] = [];
  const inline = new Map<string, TlsSecret>();
  const keep = (secret: TlsSecret): string => {
    const name = inlineSecretName(secret);
    inline.set(name, secret);
    return name;
  };
  const ask = (config: SdsSecretConfig, what: string): string => {
    if (config.name === '') refuse(where, `${what}.name is empty`);
    // Without a source Envoy looks for a secret of its bootstrap; this proxy makes its own one only.
    if (config.sdsConfig !== undefined) checkConfigSource(config.sdsConfig, `${what}.sds_config`, where);
    else if (config.name !== ownSecretName) refuse(where, `${what}.sds_config: only ads is supported`);
    if (config.name !== ownSecretName && config.name !== systemRootsName) named.push(config.name);
    return config.name;
  };
  const certificates = [
    ...common.tlsCertificateSdsSecretConfigs.map((config) => ask(config, 'tls_certificate_sds_secret_configs')),
    ...common.tlsCertificates.map((certificate) => keep(compileCertificate(certificate, `${where}: tls_certificates`))),
  ];
  if (certificates.length > 1) refuse(where, 'more than one certificate is not supported');
  const { context, secretName } = validationOf(common, ask);
  const inlineRoots = hasRoots(context) ? keep(compileRoots(context, `${where}: validation_context`)) : undefined;
  // The secret wins: Envoy merges what it brings over the default.
  const roots = secretName ?? inlineRoots;
  const system = roots === systemRootsName || (roots === undefined && context?.systemRootCerts !== undefined);
  if (context?.crl !== undefined && inlineRoots === undefined) refuse(where, 'crl comes with trusted_ca only');
  return {
    certificate: certificates[0],
    roots: system ? undefined : roots,
    verifies: system || roots !== undefined,
    acceptUntrusted: context?.trustChainVerification === TrustChain.ACCEPT_UNTRUSTED,
    sans: compileSans(context, where),
    secrets: { named, inline },
  };
}

function validationOf(
  common: CommonTlsContext,
  ask: (config: SdsSecretConfig, what: string) => string,
): { readonly context: CertificateValidationContext | undefined; readonly secretName: string | undefined } {
  const type = common.validationContextType;
  switch (type.case) {
    case 'validationContext':
      return { context: type.value, secretName: undefined };
    case 'validationContextSdsSecretConfig':
      return { context: undefined, secretName: ask(type.value, 'validation_context_sds_secret_config') };
    case 'combinedValidationContext': {
      const { defaultValidationContext, validationContextSdsSecretConfig } = type.value;
      const secretName =
        validationContextSdsSecretConfig === undefined
          ? undefined
          : ask(validationContextSdsSecretConfig, 'validation_context_sds_secret_config');
      return { context: defaultValidationContext, secretName };
    }
    default:
      return { context: undefined, secretName: undefined };
  }
}

function hasRoots(context: CertificateValidationContext | undefined): context is CertificateValidationContext {
  return context?.trustedCa?.specifier.case !== undefined;
}

const cipherSuites = /^\[?[A-Z0-9_|-]+\]?$/;

/** @throws WeftError `config_rejected` for versions that nobody should speak any more. */
export function compileBounds(params: TlsParameters | undefined, where: string): TlsBounds {
  const minVersion = versionOf(params?.tlsMinimumProtocolVersion, 'TLSv1.2', 'tls_minimum_protocol_version', where);
  const maxVersion = versionOf(params?.tlsMaximumProtocolVersion, 'TLSv1.3', 'tls_maximum_protocol_version', where);
  if (minVersion > maxVersion) refuse(where, 'tls_params: the minimum is over the maximum');
  const suites = params?.cipherSuites ?? [];
  const bad = suites.find((suite) => !cipherSuites.test(suite));
  if (bad !== undefined) refuse(where, `cipher_suites: ${JSON.stringify(bad)} is not supported`);
  // "[A|B]" are equal choices for Envoy; OpenSSL knows an order only.
  return { minVersion, maxVersion, ciphers: suites.join(':').replaceAll(/[[\]]/g, '').replaceAll('|', ':') };
}

function versionOf(
  version: TlsProtocol | undefined,
  automatic: TlsBounds['minVersion'],
  what: string,
  where: string,
): TlsBounds['minVersion'] {
  if (version === undefined || version === TlsProtocol.TLS_AUTO) return automatic;
  if (version === TlsProtocol.TLSv1_2) return 'TLSv1.2';
  if (version === TlsProtocol.TLSv1_3) return 'TLSv1.3';
  return refuse(where, `${what}: only TLSv1_2 and TLSv1_3 are spoken`);
}
