/** What a cluster's connections are wrapped in: the mesh's mutual TLS, TLS of a DestinationRule's own, the PROXY protocol, or nothing. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { ClientTls, TrafficPolicy } from '@weft/model';
import {
  type Cluster_TransportSocketMatch,
  Cluster_TransportSocketMatchSchema,
} from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { type TransportSocket, TransportSocketSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { ProxyProtocolConfig_Version } from '@weft/xds-messages/envoy/config/core/v3/proxy_protocol';
import { ProxyProtocolUpstreamTransportSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol';
import { UpstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { Context } from '../context.ts';
import type { CompileInput } from '../input.ts';
import {
  credentialRootName,
  credentialSecretName,
  fileCertificate,
  fileValidation,
  secretConfig,
  secretValidation,
  systemRootsFile,
  type TlsContextInit,
} from '../messages/tls-context.ts';
import { plainText, upstreamMutualTls } from '../messages/transport-sockets.ts';
import { serverName } from '../names.ts';
import { namespaceMode } from '../policies/peer-authentication.ts';
import type { PlannedCluster } from '../service-clusters.ts';
import { backendTlsSocket } from './backend-tls.ts';

export interface UpstreamSecurity {
  readonly transportSocket?: TransportSocket;
  readonly transportSocketMatches?: Cluster_TransportSocketMatch[];
  readonly autoSni?: boolean;
  readonly autoSanValidation?: boolean;
}

export interface SecurityOptions {
  /** Names of application protocols inside the mesh's TLS. */
  readonly alpn: readonly string[];
  /** HTTP/2 with prior knowledge: said in TLS of the user's own. */
  readonly http2: boolean;
  readonly http: boolean;
  /** Where connections go where they were sent: there is no endpoint to ask. */
  readonly originalDestination: boolean;
}

/** Any `tls` of a rule overrides what endpoints say of themselves (Istio, cluster_tls buildUpstreamTLSSettings); a BackendTLSPolicy comes between. */
export function upstreamSecurity(
  context: Context,
  planned: PlannedCluster,
  options: SecurityOptions,
): UpstreamSecurity {
  const { policy } = planned;
  const wrap = (socket: TransportSocket): TransportSocket => withProxyProtocol(policy, socket);
  const { tls } = policy;
  if (tls === undefined && planned.backendTls !== undefined) {
    return { transportSocket: wrap(backendTlsSocket(planned.backendTls, ownAlpn(options))) };
  }
  if (tls === undefined) return automatic(context, planned, options, wrap);
  if (tls.mode === 'DISABLE') {
    return policy.proxyProtocol === undefined ? {} : { transportSocket: wrap(plainText()) };
  }
  if (tls.mode === 'ISTIO_MUTUAL') return { transportSocket: wrap(meshTls(context, planned, options, tls)) };
  const autoSni = options.http && (tls.sni ?? '') === '';
  const names = expectedNames(planned, tls);
  const verified = tls.insecureSkipVerify !== true;
  return {
    transportSocket: wrap(ownTls(context, planned, options, tls, names)),
    ...(autoSni ? { autoSni } : {}),
    ...(autoSni && names.length === 0 && verified ? { autoSanValidation: true } : {}),
  };
}

/** Mutual TLS for the endpoints that say they take it, plain text for the others. */
function automatic(
  context: Context,
  planned: PlannedCluster,
  options: SecurityOptions,
  wrap: (socket: TransportSocket) => TransportSocket,
): UpstreamSecurity {
  const { world } = context;
  const { service, policy } = planned;
  const plain: UpstreamSecurity = policy.proxyProtocol === undefined ? {} : { transportSocket: wrap(plainText()) };
  if (!service.meshInternal || !world.input.mesh.enableAutoMtls) return plain;
  if (namespaceMode(world, service.namespace) === 'DISABLE') return plain;
  if (options.originalDestination) {
    const instances = world.input.registry.services.get(service.key)?.instances ?? [];
    const all = instances.length > 0 && instances.every(({ mutualTls }) => mutualTls);
    return all ? { transportSocket: wrap(meshTls(context, planned, options, undefined)) } : plain;
  }
  const match = (name: string, tlsMode: Record<string, string>, socket: TransportSocket) =>
    create(Cluster_TransportSocketMatchSchema, { name, match: tlsMode, transportSocket: wrap(socket) });
  return {
    transportSocketMatches: [
      match('tlsMode-istio', { tlsMode: 'istio' }, meshTls(context, planned, options, undefined)),
      match('tlsMode-disabled', {}, plainText()),
    ],
  };
}

function meshTls(
  { world }: Context,
  { service, port, subset }: PlannedCluster,
  { alpn }: SecurityOptions,
  tls: ClientTls | undefined,
): TransportSocket {
  const identities = world.input.registry.services.get(service.key)?.identities ?? [];
  const known = [...inTrustDomains(world.input, identities), ...service.subjectAltNames];
  const sni = tls?.sni || serverName(port.number, subset, service.host);
  return upstreamMutualTls(sni, tls?.subjectAltNames?.length ? tls.subjectAltNames : known, alpn);
}

/** A workload may still hold a certificate of an alias of the trust domain (MeshConfig.trustDomainAliases). */
function inTrustDomains({ trustDomain, mesh }: CompileInput, identities: readonly string[]): readonly string[] {
  const own = `spiffe://${trustDomain}/`;
  const aliases = mesh.trustDomainAliases.filter((alias) => alias !== trustDomain);
  return identities.flatMap((uri) => [
    uri,
    ...(uri.startsWith(own) ? aliases.map((alias) => `spiffe://${alias}/${uri.slice(own.length)}`) : []),
  ]);
}

function expectedNames({ service }: PlannedCluster, tls: ClientTls): readonly string[] {
  if (tls.insecureSkipVerify === true) return [];
  return tls.subjectAltNames?.length ? tls.subjectAltNames : service.subjectAltNames;
}

function ownTls(
  { proxy }: Context,
  planned: PlannedCluster,
  options: SecurityOptions,
  tls: ClientTls,
  names: readonly string[],
): TransportSocket {
  const credential =
    tls.credentialName !== undefined && mayUseCredentials(proxy.type, planned) ? tls.credentialName : '';
  const context = create(UpstreamTlsContextSchema, {
    sni: tls.sni ?? '',
    commonTlsContext: {
      ...validation(tls, credential, names),
      ...(tls.mode === 'MUTUAL' ? clientCertificate(tls, credential) : {}),
      alpnProtocols: ownAlpn(options),
    },
  });
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, context) },
  });
}

function ownAlpn({ http, http2 }: SecurityOptions): string[] {
  if (http2) return ['h2'];
  return http ? ['http/1.1'] : [];
}

/** Gateways, and sidecars that a rule selects by their labels. */
export function mayUseCredentials(type: Context['proxy']['type'], { resources }: PlannedCluster): boolean {
  return type === 'router' || resources.some(({ spec }) => spec.workloadSelector !== undefined);
}

function clientCertificate(tls: ClientTls, credential: string): TlsContextInit {
  if (credential !== '')
    return { tlsCertificateSdsSecretConfigs: [secretConfig(credentialSecretName(credential, false))] };
  return { tlsCertificates: [fileCertificate(tls.clientCertificate ?? '', tls.privateKey ?? '')] };
}

/** Without a CA of its own: the roots of the system that the proxy runs on. */
function validation(tls: ClientTls, credential: string, names: readonly string[]): TlsContextInit {
  if (tls.insecureSkipVerify === true) return {};
  if (credential !== '') {
    return { validationContextType: secretValidation(credentialRootName(credential, false), names) };
  }
  const ca = tls.caCertificates ?? '';
  const file = ca === '' || ca === 'system' ? systemRootsFile : ca;
  return { validationContextType: fileValidation({ ca: file, crl: tls.caCrl, names }) };
}

function withProxyProtocol({ proxyProtocol }: TrafficPolicy, socket: TransportSocket): TransportSocket {
  if (proxyProtocol === undefined) return socket;
  const version = proxyProtocol.version === 'V2' ? ProxyProtocolConfig_Version.V2 : ProxyProtocolConfig_Version.V1;
  const outer = create(ProxyProtocolUpstreamTransportSchema, { config: { version }, transportSocket: socket });
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.upstream_proxy_protocol',
    configType: { case: 'typedConfig', value: anyPack(ProxyProtocolUpstreamTransportSchema, outer) },
  });
}
