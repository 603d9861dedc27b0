/** A mesh whose MeshConfig says nothing (Istio's DefaultMeshConfig, and the metrics provider of its installation). */

import { frozen } from './frozen.ts';
import type { MeshConfig } from './spec.ts';

/** Frozen. */
export const defaultMeshConfig: MeshConfig = frozen({
  accessLogFile: '',
  accessLogEncoding: 'TEXT',
  accessLogFormat: '',
  outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
  enableAutoMtls: true,
  trustDomain: 'cluster.local',
  trustDomainAliases: [],
  rootNamespace: 'istio-system',
  defaultConfig: {
    holdApplicationUntilProxyStarts: false,
    tracing: { enableIstioTags: true },
    proxyMetadata: {},
    terminationDrainDurationMs: 5_000,
    drainDurationMs: 45_000,
    extraStatTags: [],
    proxyHeaders: { forwardedClientCert: 'UNDEFINED' },
    gatewayTopology: { numTrustedProxies: 0, forwardClientCertDetails: 'UNDEFINED' },
  },
  extensionProviders: [
    { name: 'prometheus', prometheus: {} },
    { name: 'envoy', envoyFileAccessLog: { path: '/dev/stdout' } },
  ],
  defaultProviders: { tracing: [], metrics: ['prometheus'], accessLogging: [] },
  discoverySelectors: [],
  connectTimeoutMs: 10_000,
  protocolDetectionTimeoutMs: 0,
  localityLbSetting: { enabled: true },
  pathNormalization: { normalization: 'DEFAULT' },
  meshMTLS: { minProtocolVersion: 'TLS_AUTO', ecdhCurves: [], cipherSuites: [] },
  tlsDefaults: { minProtocolVersion: 'TLS_AUTO', ecdhCurves: [], cipherSuites: [] },
  defaultServiceExportTo: ['*'],
  defaultVirtualServiceExportTo: ['*'],
  defaultDestinationRuleExportTo: ['*'],
  h2UpgradePolicy: 'DO_NOT_UPGRADE',
  serviceSettings: [],
  caCertificates: [],
  enablePrometheusMerge: true,
  enableTracing: true,
  dnsRefreshRateMs: 60_000,
  verifyCertificateAtClient: true,
  ingressClass: 'istio',
  ingressControllerMode: 'STRICT',
  ingressSelector: '',
  ingressService: 'istio-ingressgateway',
});
