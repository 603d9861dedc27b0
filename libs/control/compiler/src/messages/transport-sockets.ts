/** Mutual TLS of the mesh on both sides, and plain text. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { MeshConfig } from '@weft/model';
import { type TransportSocket, TransportSocketSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import {
  SubjectAltNameMatcher_SanType,
  TlsParameters_TlsProtocol,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import {
  type CommonTlsContext,
  CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { CompileInput } from '../input.ts';
import { certificateSecretName, rootSecretName } from '../names.ts';
import { adsSource } from './core.ts';

/** A SPIFFE URI to match whole, or a prefix of one. */
export type UriMatch = { readonly exact: string } | { readonly prefix: string };

const tlsName = 'envoy.transport_sockets.tls';

/** What TLS between workloads may be: MeshConfig.meshMTLS. */
export interface MeshTls {
  readonly tlsMinimumProtocolVersion: TlsParameters_TlsProtocol;
  /** Of TLS 1.2; those of 1.3 are not chosen. */
  readonly cipherSuites: readonly string[];
}

/** Istio's own choice: TLS 1.2 with forward secrecy first (security/model, SupportedCiphers). */
const meshTlsDefaults: MeshTls = {
  tlsMinimumProtocolVersion: TlsParameters_TlsProtocol.TLSv1_2,
  cipherSuites: [
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
    'AES128-GCM-SHA256',
  ],
};

function meshTlsOf(mesh: MeshConfig): MeshTls {
  const { minProtocolVersion, cipherSuites } = mesh.meshMTLS;
  return {
    tlsMinimumProtocolVersion:
      minProtocolVersion === 'TLSV1_3' ? TlsParameters_TlsProtocol.TLSv1_3 : TlsParameters_TlsProtocol.TLSv1_2,
    cipherSuites: cipherSuites.length > 0 ? cipherSuites : meshTlsDefaults.cipherSuites,
  };
}

/** For the inbound side: a client certificate of the trust domain, or of an alias of it, is required. */
export function downstreamMutualTls(
  input: Pick<CompileInput, 'trustDomain' | 'mesh'>,
  alpn: readonly string[],
): TransportSocket {
  const domains = new Set([input.trustDomain, ...input.mesh.trustDomainAliases]);
  const context = create(DownstreamTlsContextSchema, {
    commonTlsContext: commonTls(
      [...domains].map((domain) => ({ prefix: `spiffe://${domain}/` })),
      alpn,
      meshTlsOf(input.mesh),
    ),
    requireClientCertificate: true,
  });
  return create(TransportSocketSchema, {
    name: tlsName,
    configType: { case: 'typedConfig', value: anyPack(DownstreamTlsContextSchema, context) },
  });
}

/** For the outbound side. @param uris of which the peer must show one; none: any of the mesh's roots. */
export function upstreamMutualTls(sni: string, uris: readonly string[], alpn: readonly string[]): TransportSocket {
  const context = create(UpstreamTlsContextSchema, {
    commonTlsContext: commonTls(
      uris.map((exact) => ({ exact })),
      alpn,
    ),
    sni,
  });
  return create(TransportSocketSchema, {
    name: tlsName,
    configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, context) },
  });
}

export function plainText(): TransportSocket {
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.raw_buffer',
    configType: { case: 'typedConfig', value: anyPack(RawBufferSchema, create(RawBufferSchema)) },
  });
}

function commonTls(
  uris: readonly UriMatch[],
  alpn: readonly string[],
  versions: MeshTls = { ...meshTlsDefaults, cipherSuites: [] },
): CommonTlsContext {
  return create(CommonTlsContextSchema, {
    // Said on the client's side too: a stock Envoy's clients stop at TLS 1.2 where nothing is said.
    tlsParams: {
      tlsMinimumProtocolVersion: versions.tlsMinimumProtocolVersion,
      tlsMaximumProtocolVersion: TlsParameters_TlsProtocol.TLSv1_3,
      cipherSuites: [...versions.cipherSuites],
    },
    tlsCertificateSdsSecretConfigs: [{ name: certificateSecretName, sdsConfig: adsSource() }],
    validationContextType: {
      case: 'combinedValidationContext',
      value: {
        defaultValidationContext: {
          matchTypedSubjectAltNames: uris.map((uri) => ({
            sanType: SubjectAltNameMatcher_SanType.URI,
            matcher: {
              matchPattern:
                'exact' in uri
                  ? { case: 'exact' as const, value: uri.exact }
                  : { case: 'prefix' as const, value: uri.prefix },
            },
          })),
        },
        validationContextSdsSecretConfig: { name: rootSecretName, sdsConfig: adsSource() },
      },
    },
    alpnProtocols: [...alpn],
  });
}
