/** Transport sockets: mutual TLS of the mesh on both sides, or plain text. */

import { anyIs } from '@bufbuild/protobuf/wkt';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import {
  type CertificateValidationContext,
  SubjectAltNameMatcher_SanType as SanType,
  type TlsParameters,
  TlsParameters_TlsProtocol as TlsProtocol,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import type { SdsSecretConfig } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import {
  type CommonTlsContext,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { refuse, unpack } from '../check/refuse.ts';
import type { DownstreamTls, UpstreamTls } from '../tables.ts';

/** The secret that this proxy makes itself; it is never asked for. */
export const ownSecretName = 'default';
/** The secret with the roots of the mesh. */
export const rootsSecretName = 'ROOTCA';

/** Nothing: plain text. */
export function compileUpstreamTls(socket: TransportSocket | undefined, where: string): UpstreamTls | undefined {
  if (isPlain(socket, where)) return undefined;
  const context = unpack(socket?.configType.value, UpstreamTlsContextSchema, `${where}: transport_socket`);
  const { alpn, names } = compileCommon(context.commonTlsContext, where);
  const expectedUris = names.map((matcher) => {
    if (matcher.matchPattern.case !== 'exact') refuse(where, 'an upstream URI must be matched exactly');
    return matcher.matchPattern.value;
  });
  return { sni: context.sni, alpn, expectedUris };
}

/** Nothing: plain text. */
export function compileDownstreamTls(socket: TransportSocket | undefined, where: string): DownstreamTls | undefined {
  if (isPlain(socket, where)) return undefined;
  const context = unpack(socket?.configType.value, DownstreamTlsContextSchema, `${where}: transport_socket`);
  const { alpn, names } = compileCommon(context.commonTlsContext, where);
  const allowedUriPrefixes = names.map((matcher) => {
    if (matcher.matchPattern.case !== 'prefix') refuse(where, 'a downstream URI must be matched by prefix');
    return matcher.matchPattern.value;
  });
  return { alpn, requireClientCertificate: context.requireClientCertificate === true, allowedUriPrefixes };
}

function isPlain(socket: TransportSocket | undefined, where: string): boolean {
  const config = socket?.configType;
  if (config?.value === undefined) return true;
  if (!anyIs(config.value, RawBufferSchema)) return false;
  unpack(config.value, RawBufferSchema, where);
  return true;
}

function compileCommon(
  common: CommonTlsContext | undefined,
  where: string,
): { readonly alpn: readonly string[]; readonly names: readonly StringMatcher[] } {
  if (common === undefined) refuse(where, 'common_tls_context is missing');
  checkVersions(common.tlsParams, where);
  const certificates = common.tlsCertificateSdsSecretConfigs;
  if (certificates.length !== 1) refuse(where, 'tls_certificate_sds_secret_configs must name one secret');
  checkSecret(certificates[0], ownSecretName, where);
  const validation = common.validationContextType;
  if (validation.case === 'validationContextSdsSecretConfig') {
    checkSecret(validation.value, rootsSecretName, where);
    return { alpn: common.alpnProtocols, names: [] };
  }
  if (validation.case !== 'combinedValidationContext') return refuse(where, 'the peer would not be verified');
  checkSecret(validation.value.validationContextSdsSecretConfig, rootsSecretName, where);
  return { alpn: common.alpnProtocols, names: uriMatchers(validation.value.defaultValidationContext, where) };
}

function uriMatchers(context: CertificateValidationContext | undefined, where: string): readonly StringMatcher[] {
  if (context === undefined) return [];
  if (context.trustedCa !== undefined) refuse(where, 'trusted_ca comes by secret only');
  const typed = context.matchTypedSubjectAltNames.map((entry) => {
    if (entry.sanType !== SanType.URI) refuse(where, 'match_typed_subject_alt_names: only URI is supported');
    return entry.matcher;
  });
  return [...typed, ...context.matchSubjectAltNames].map((matcher) => {
    if (matcher === undefined || matcher.ignoreCase) refuse(where, 'a subject alt name matcher is not supported');
    return matcher;
  });
}

function checkVersions(params: TlsParameters | undefined, where: string): void {
  const max = params?.tlsMaximumProtocolVersion ?? TlsProtocol.TLS_AUTO;
  if (max !== TlsProtocol.TLS_AUTO && max !== TlsProtocol.TLSv1_3) {
    refuse(where, 'tls_maximum_protocol_version: only TLS 1.3 is spoken');
  }
}

function checkSecret(config: SdsSecretConfig | undefined, name: string, where: string): void {
  if (config?.name !== name) refuse(where, `secret ${config?.name ?? '(none)'} is not supported here, only ${name}`);
  if (config.sdsConfig !== undefined && config.sdsConfig.configSourceSpecifier.case !== 'ads') {
    refuse(where, 'sds_config: only ads is supported');
  }
}
