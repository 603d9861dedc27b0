/** TLS that a proxy ends for clients from outside: of a Gateway's server, or of a Sidecar's ingress. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { ServerTls } from '@weft/model';
import { type TransportSocket, TransportSocketSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { DownstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { Context } from '../context.ts';
import {
  credentialRootName,
  credentialSecretName,
  fileCertificate,
  fileValidation,
  secretConfig,
  secretValidation,
  type TlsContextInit,
  tlsParams,
} from '../messages/tls-context.ts';
import { downstreamMutualTls } from '../messages/transport-sockets.ts';
import { certificateSecretName, rootSecretName } from '../names.ts';
import { configMapPrefix, namedObject } from '../secrets/credential-names.ts';
import { holdsCertificate, holdsRoot, mayBeGranted, type Referrer } from '../secrets/credentials.ts';

export interface ServedTls {
  readonly socket: TransportSocket;
}

const httpAlpn = ['h2', 'http/1.1'];

/** @param alpn none where what is inside is not HTTP. @returns nothing where a credential is not there, or nothing is ended. */
export function serverTls(
  context: Context,
  tls: ServerTls,
  by: Referrer,
  alpn: readonly string[] = httpAlpn,
): ServedTls | undefined {
  if (missingCredential(context, tls, by) !== undefined) return undefined;
  if (tls.mode === 'ISTIO_MUTUAL' && !tls.subjectAltNames?.length) {
    return { socket: downstreamMutualTls(context.world.input, alpn) };
  }
  const mutual = tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL';
  const message = create(DownstreamTlsContextSchema, {
    requireClientCertificate: mutual,
    commonTlsContext: {
      tlsParams: tlsParams(
        version(tls.minProtocolVersion) ?? 'TLSV1_2',
        version(tls.maxProtocolVersion),
        tls.cipherSuites ?? [],
      ),
      ...certificates(tls, by),
      ...(mutual || tls.mode === 'OPTIONAL_MUTUAL' ? validation(tls, by) : {}),
      alpnProtocols: [...alpn],
    },
  });
  const socket = create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: anyPack(DownstreamTlsContextSchema, message) },
  });
  return { socket };
}

/** What the server needs and the proxy may not have, or that is not there, in words; nothing where all is well. */
export function missingCredential(context: Context, tls: ServerTls, by: Referrer): string | undefined {
  if (tls.mode === 'ISTIO_MUTUAL') return undefined;
  const shown = (name: string): string => {
    const { namespace, name: bare } = namedObject(name, context.proxy.namespace);
    return `${name.startsWith(configMapPrefix) ? 'ConfigMap' : 'Secret'} ${namespace}/${bare}`;
  };
  const names = credentialsOf(tls);
  if (names.length === 0 && !tls.serverCertificate && !tls.tlsCertificates?.length) return 'certificate';
  const missing = names.find((each) => !holdsCertificate(context, each, by));
  if (missing !== undefined) return shown(missing);
  const root = rootCredential(tls);
  const mutual = tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL';
  if (!mutual) return undefined;
  if (root === undefined) return rootFile(tls) === '' ? 'CA certificate' : undefined;
  return holdsRoot(context, root, by) ? undefined : shown(root);
}

export function credentialsOf(tls: ServerTls): readonly string[] {
  if (tls.credentialNames?.length) return tls.credentialNames;
  return tls.credentialName === undefined || tls.credentialName === '' ? [] : [tls.credentialName];
}

/** Whose CA judges clients. */
export function rootCredential(tls: ServerTls): string | undefined {
  return tls.caCertCredentialName || credentialsOf(tls)[0];
}

function version(written: ServerTls['minProtocolVersion']): ServerTls['minProtocolVersion'] {
  return written === 'TLS_AUTO' ? undefined : written;
}

function certificates(tls: ServerTls, by: Referrer): TlsContextInit {
  if (tls.mode === 'ISTIO_MUTUAL') {
    return { tlsCertificateSdsSecretConfigs: [secretConfig(certificateSecretName)] };
  }
  const names = credentialsOf(tls);
  if (names.length > 0) {
    return {
      tlsCertificateSdsSecretConfigs: names.map((name) => secretConfig(credentialSecretName(name, mayBeGranted(by)))),
    };
  }
  if (tls.tlsCertificates?.length) {
    return {
      tlsCertificates: tls.tlsCertificates.map(({ serverCertificate, privateKey }) =>
        fileCertificate(serverCertificate, privateKey),
      ),
    };
  }
  return { tlsCertificates: [fileCertificate(tls.serverCertificate ?? '', tls.privateKey ?? '')] };
}

function validation(tls: ServerTls, by: Referrer): TlsContextInit {
  const names = tls.subjectAltNames ?? [];
  if (tls.mode === 'ISTIO_MUTUAL') return { validationContextType: secretValidation(rootSecretName, names) };
  const root = rootCredential(tls);
  if (root !== undefined) {
    return { validationContextType: secretValidation(credentialRootName(root, mayBeGranted(by)), names) };
  }
  return { validationContextType: fileValidation({ ca: rootFile(tls), crl: tls.caCrl, names }) };
}

function rootFile(tls: ServerTls): string {
  return tls.caCertificates ?? tls.tlsCertificates?.[0]?.caCertificates ?? '';
}
