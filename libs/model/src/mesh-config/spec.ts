/** Istio's MeshConfig with its defaults: what holds for the whole mesh. */

import type { LabelSelector } from '../kinds/label-selector.ts';
import type { ExtensionProvider } from './extension-provider.ts';
import type { ProxyConfigDefaults } from './proxy-config.ts';

export interface MeshConfig {
  /** Path of the access log; empty: none, unless a Telemetry or a default provider asks for one. */
  readonly accessLogFile: string;
  readonly accessLogEncoding: 'TEXT' | 'JSON';
  /** Envoy's format string, or a JSON object of them where the encoding is JSON; empty: Istio's own. */
  readonly accessLogFormat: string;
  readonly outboundTrafficPolicy: { readonly mode: 'REGISTRY_ONLY' | 'ALLOW_ANY' };
  readonly enableAutoMtls: boolean;
  /** "cluster.local" where absent. */
  readonly trustDomain: string;
  /** Identities of these trust domains count as those of `trustDomain`. */
  readonly trustDomainAliases: readonly string[];
  /** "istio-system" where absent. */
  readonly rootNamespace: string;
  readonly defaultConfig: ProxyConfigDefaults;
  /** Names are unique. */
  readonly extensionProviders: readonly ExtensionProvider[];
  /** Names of extension providers for what no Telemetry names any for. */
  readonly defaultProviders: {
    readonly tracing: readonly string[];
    readonly metrics: readonly string[];
    readonly accessLogging: readonly string[];
  };
  /** Namespaces that are looked at: those that meet one of them; none: all. */
  readonly discoverySelectors: readonly LabelSelector[];
  /** 10 s where absent. */
  readonly connectTimeoutMs: number;
  /** 0: a server waits for the first bytes for ever. */
  readonly protocolDetectionTimeoutMs: number;
  readonly tcpKeepalive?: MeshTcpKeepalive;
  readonly localityLbSetting: MeshLocalityLbSetting;
  readonly pathNormalization: { readonly normalization: PathNormalization };
  /** Istio's own (two retries of what never reached the application) where absent. */
  readonly defaultHttpRetryPolicy?: MeshHttpRetryPolicy;
  /** Between workloads, ISTIO_MUTUAL. */
  readonly meshMTLS: MeshTlsConfig;
  /** All other TLS. */
  readonly tlsDefaults: MeshTlsConfig;
  /** ["*"] where absent, and so the other two: "." the own namespace, "~" nobody, or names of namespaces. */
  readonly defaultServiceExportTo: readonly string[];
  readonly defaultVirtualServiceExportTo: readonly string[];
  readonly defaultDestinationRuleExportTo: readonly string[];
  readonly h2UpgradePolicy: 'DO_NOT_UPGRADE' | 'UPGRADE';
  readonly serviceSettings: readonly {
    readonly hosts: readonly string[];
    readonly settings: { readonly clusterLocal: boolean };
  }[];
  /** More roots for certificates of workloads, each in PEM. */
  readonly caCertificates: readonly {
    readonly pem: string;
    readonly trustDomains?: readonly string[];
    readonly certSigners?: readonly string[];
  }[];
  readonly enablePrometheusMerge: boolean;
  /** false: `defaultConfig.tracing` asks for no spans; a Telemetry, or a default provider, still may. */
  readonly enableTracing: boolean;
  /** For STRICT_DNS clusters whose answer has no time to live; 60 s where absent. */
  readonly dnsRefreshRateMs: number;
  readonly verifyCertificateAtClient: boolean;
  /** Of the Ingresses that are ours, in the annotation or as `ingressClassName`; "istio" where absent. */
  readonly ingressClass: string;
  /** OFF: none is; DEFAULT: those that name no class are too; STRICT and UNSPECIFIED: those of our class alone. */
  readonly ingressControllerMode: 'UNSPECIFIED' | 'OFF' | 'DEFAULT' | 'STRICT';
  /** Value of the label `istio` of the gateways that serve Ingresses; empty: that of `ingressService`. */
  readonly ingressSelector: string;
  /** "istio-ingressgateway" where absent: then the label is "ingressgateway". */
  readonly ingressService: string;
}

/** DEFAULT is BASE. */
export type PathNormalization = 'DEFAULT' | 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';

export interface MeshTcpKeepalive {
  readonly probes?: number;
  readonly timeMs?: number;
  readonly intervalMs?: number;
}

export interface MeshLocalityLbSetting {
  /** true where absent; failover still needs outlier detection. */
  readonly enabled: boolean;
  readonly distribute?: readonly { readonly from: string; readonly to: Readonly<Record<string, number>> }[];
  readonly failover?: readonly { readonly from: string; readonly to: string }[];
  readonly failoverPriority?: readonly string[];
}

export interface MeshHttpRetryPolicy {
  /** 0: no retries. */
  readonly attempts: number;
  readonly retryOn?: string;
  readonly retryRemoteLocalities?: boolean;
  readonly retryIgnorePreviousHosts?: boolean;
  readonly backoffMs?: number;
}

export interface MeshTlsConfig {
  /** TLS_AUTO: 1.2. */
  readonly minProtocolVersion: 'TLS_AUTO' | 'TLSV1_2' | 'TLSV1_3';
  readonly ecdhCurves: readonly string[];
  readonly cipherSuites: readonly string[];
}
