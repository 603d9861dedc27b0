/** Parts of TLS contexts that are not the mesh's own: files and secrets of the user, versions, names to expect. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { TlsVersion } from '@weft/model';
import {
  type SubjectAltNameMatcher,
  SubjectAltNameMatcher_SanType,
  SubjectAltNameMatcherSchema,
  TlsParameters_TlsProtocol,
  type TlsParametersSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import type { CommonTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { configMapPrefix, credentialPrefix } from '../secrets/credential-names.ts';
import { adsSource } from './core.ts';

export type TlsContextInit = Exclude<MessageInitShape<typeof CommonTlsContextSchema>, { $typeName: string }>;
type Certificate = NonNullable<TlsContextInit['tlsCertificates']>[number];
type Validation = NonNullable<TlsContextInit['validationContextType']>;
type TlsParams = Exclude<MessageInitShape<typeof TlsParametersSchema>, { $typeName: string }>;

/** Where Linux distributions and the images of proxies keep the roots; Envoy has no other way to name them. */
export const systemRootsFile = '/etc/ssl/certs/ca-certificates.crt';

/** Of another namespace: another name, so that what a Gateway was granted is nobody's else of the same proxy (Istio's too). */
const grantedPrefix = 'kubernetes-gateway://';

/** The name under which a proxy asks for a Secret (Istio, `credentialName`). @param granted "ns/name" may be of another namespace, by a ReferenceGrant. */
export function credentialSecretName(credentialName: string, granted: boolean): string {
  const bare = credentialName.startsWith(credentialPrefix)
    ? credentialName.slice(credentialPrefix.length)
    : credentialName;
  return `${granted && bare.includes('/') ? grantedPrefix : credentialPrefix}${bare}`;
}

/** The CA that goes with a credential, in a secret of its own; a ConfigMap is one by its own name. */
export function credentialRootName(credentialName: string, granted: boolean): string {
  if (credentialName.startsWith(configMapPrefix)) return credentialName;
  return `${credentialSecretName(credentialName, granted)}-cacert`;
}

export function secretConfig(name: string): NonNullable<TlsContextInit['tlsCertificateSdsSecretConfigs']>[number] {
  return { name, sdsConfig: adsSource() };
}

export function fileCertificate(chain: string, key: string): Certificate {
  return {
    certificateChain: { specifier: { case: 'filename', value: chain } },
    privateKey: { specifier: { case: 'filename', value: key } },
  };
}

/** A name counts as DNS name and as URI, whichever of them the certificate has. */
export function namesToExpect(names: readonly string[]): SubjectAltNameMatcher[] {
  return names.flatMap((name) => {
    const kinds = name.includes('://')
      ? [SubjectAltNameMatcher_SanType.URI]
      : [SubjectAltNameMatcher_SanType.DNS, SubjectAltNameMatcher_SanType.URI];
    return kinds.map((sanType) =>
      create(SubjectAltNameMatcherSchema, { sanType, matcher: { matchPattern: { case: 'exact', value: name } } }),
    );
  });
}

export interface RootFiles {
  readonly ca: string;
  readonly crl?: string | undefined;
  readonly names: readonly string[];
}

export function fileValidation({ ca, crl, names }: RootFiles): Validation {
  return {
    case: 'validationContext',
    value: {
      trustedCa: { specifier: { case: 'filename', value: ca } },
      ...(crl === undefined ? {} : { crl: { specifier: { case: 'filename', value: crl } } }),
      matchTypedSubjectAltNames: namesToExpect(names),
    },
  };
}

export function secretValidation(secret: string, names: readonly string[]): Validation {
  return {
    case: 'combinedValidationContext',
    value: {
      defaultValidationContext: { matchTypedSubjectAltNames: namesToExpect(names) },
      validationContextSdsSecretConfig: secretConfig(secret),
    },
  };
}

const protocols: Readonly<Record<TlsVersion, TlsParameters_TlsProtocol>> = {
  TLS_AUTO: TlsParameters_TlsProtocol.TLS_AUTO,
  TLSV1_0: TlsParameters_TlsProtocol.TLSv1_0,
  TLSV1_1: TlsParameters_TlsProtocol.TLSv1_1,
  TLSV1_2: TlsParameters_TlsProtocol.TLSv1_2,
  TLSV1_3: TlsParameters_TlsProtocol.TLSv1_3,
};

/** @param ciphers for TLS 1.2 and before. */
export function tlsParams(
  min: TlsVersion | undefined,
  max: TlsVersion | undefined,
  ciphers: readonly string[],
): TlsParams {
  return {
    ...(min === undefined ? {} : { tlsMinimumProtocolVersion: protocols[min] }),
    ...(max === undefined ? {} : { tlsMaximumProtocolVersion: protocols[max] }),
    cipherSuites: [...ciphers],
  };
}
