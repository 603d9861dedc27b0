/** The YAML form of MeshConfig: what is absent stays absent. */

import { z } from 'zod';
import { labelSelector } from '../kinds/label-selector-schema.ts';
import { retryOnProblem } from '../kinds/virtual-service/words.ts';
import { durationMs, durationOrZeroMs, int32, uint32, wildcardHost } from '../schema/fields.ts';
import { labelProblem } from '../schema/names.ts';
import { checkedString, choice } from '../schema/object.ts';
import { nonEmptyText } from '../schema/text.ts';
import { extensionProvider } from './extension-provider-schema.ts';
import { meshObject, millisecondsAs } from './mesh-object.ts';
import { proxyConfig } from './proxy-config-schema.ts';

const connectTimeoutMaxMs = 3_600_000;

/** Labels with dots between them; a dot may end it. */
function trustDomainProblem(domain: string): string | undefined {
  const good = domain !== '' && domain.replace(/\.$/, '').split('.').every(isLabel);
  return good ? undefined : `${JSON.stringify(domain)} is not a trust domain`;
}

const isLabel = (part: string): boolean => labelProblem(part.toLowerCase()) === undefined;

const trustDomain = checkedString(trustDomainProblem);

const namespaces = z.array(
  checkedString((value) =>
    ['*', '.', '~'].includes(value) || isLabel(value)
      ? undefined
      : `${JSON.stringify(value)} is none of "*", ".", "~" and the name of a namespace`,
  ),
);

const tcpKeepalive = meshObject('MeshConfig.tcpKeepalive', {
  probes: uint32('probes').exactOptional(),
  time: durationMs.exactOptional(),
  interval: durationMs.exactOptional(),
}).transform(({ time, interval, ...rest }) => ({
  ...rest,
  ...millisecondsAs('timeMs', time),
  ...millisecondsAs('intervalMs', interval),
}));

const locality = 'MeshConfig.localityLbSetting';
const localityLbSetting = meshObject(locality, {
  enabled: z.boolean().default(true),
  distribute: z
    .array(
      meshObject(`${locality}.distribute`, {
        from: nonEmptyText('a locality'),
        to: z.record(z.string(), uint32('the weight')).default({}),
      }),
    )
    .exactOptional(),
  failover: z
    .array(meshObject(`${locality}.failover`, { from: nonEmptyText('a region'), to: nonEmptyText('a region') }))
    .exactOptional(),
  failoverPriority: z.array(nonEmptyText('a label')).exactOptional(),
});

const retryPolicy = meshObject(
  'MeshConfig.defaultHttpRetryPolicy',
  {
    attempts: int32('attempts').default(0),
    retryOn: checkedString(retryOnProblem).exactOptional(),
    retryRemoteLocalities: z.boolean().exactOptional(),
    retryIgnorePreviousHosts: z.boolean().exactOptional(),
    backoff: durationMs.exactOptional(),
  },
  ['perTryTimeout'],
).transform(({ backoff, retryOn = '', ...rest }) => ({
  ...rest,
  ...(retryOn === '' ? {} : { retryOn }),
  ...millisecondsAs('backoffMs', backoff),
}));

const tlsConfig = (api: string) =>
  meshObject(api, {
    minProtocolVersion: choice(`${api}.minProtocolVersion`, ['TLS_AUTO', 'TLSV1_2', 'TLSV1_3']).default('TLS_AUTO'),
    ecdhCurves: z.array(nonEmptyText('a curve')).default([]),
    cipherSuites: z.array(nonEmptyText('a cipher suite')).default([]),
  });

const caCertificate = meshObject(
  'MeshConfig.caCertificates',
  {
    pem: checkedString((pem) =>
      /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem) ? undefined : 'pem holds no certificate',
    ),
    trustDomains: z.array(trustDomain).exactOptional(),
    certSigners: z.array(z.string()).exactOptional(),
  },
  ['spiffeBundleUrl'],
);

const providerNames = z.array(nonEmptyText('the name of a provider'));

export const meshConfigSchema = meshObject(
  'MeshConfig',
  {
    accessLogFile: z.string().exactOptional(),
    accessLogEncoding: choice('MeshConfig.accessLogEncoding', ['TEXT', 'JSON']).exactOptional(),
    accessLogFormat: z.string().exactOptional(),
    outboundTrafficPolicy: meshObject('MeshConfig.outboundTrafficPolicy', {
      mode: choice(
        'MeshConfig.outboundTrafficPolicy.mode',
        ['REGISTRY_ONLY', 'ALLOW_ANY'],
        ['ALLOW_ANY_DYNAMIC_DNS'],
      ).default('ALLOW_ANY'),
    }).exactOptional(),
    enableAutoMtls: z.boolean().exactOptional(),
    trustDomain: trustDomain.exactOptional(),
    trustDomainAliases: z.array(trustDomain).exactOptional(),
    rootNamespace: checkedString((name) => (name === '' ? undefined : labelProblem(name))).exactOptional(),
    defaultConfig: proxyConfig.exactOptional(),
    extensionProviders: z.array(extensionProvider).exactOptional(),
    defaultProviders: meshObject('MeshConfig.defaultProviders', {
      tracing: providerNames.exactOptional(),
      metrics: providerNames.exactOptional(),
      accessLogging: providerNames.exactOptional(),
    }).exactOptional(),
    discoverySelectors: z.array(labelSelector('MeshConfig.discoverySelectors')).exactOptional(),
    connectTimeout: durationMs
      .refine((ms) => ms <= connectTimeoutMaxMs, 'connectTimeout is at most 1h')
      .exactOptional(),
    protocolDetectionTimeout: durationOrZeroMs.exactOptional(),
    tcpKeepalive: tcpKeepalive.exactOptional(),
    localityLbSetting: localityLbSetting.exactOptional(),
    pathNormalization: meshObject('MeshConfig.pathNormalization', {
      normalization: choice('MeshConfig.pathNormalization.normalization', [
        'DEFAULT',
        'NONE',
        'BASE',
        'MERGE_SLASHES',
        'DECODE_AND_MERGE_SLASHES',
      ]).default('DEFAULT'),
    }).exactOptional(),
    defaultHttpRetryPolicy: retryPolicy.exactOptional(),
    meshMTLS: tlsConfig('MeshConfig.meshMTLS').exactOptional(),
    tlsDefaults: tlsConfig('MeshConfig.tlsDefaults').exactOptional(),
    defaultServiceExportTo: namespaces.exactOptional(),
    defaultVirtualServiceExportTo: namespaces.exactOptional(),
    defaultDestinationRuleExportTo: namespaces.exactOptional(),
    h2UpgradePolicy: choice('MeshConfig.h2UpgradePolicy', ['DO_NOT_UPGRADE', 'UPGRADE']).exactOptional(),
    serviceSettings: z
      .array(
        meshObject('MeshConfig.serviceSettings', {
          hosts: z.array(wildcardHost).default([]),
          settings: meshObject('MeshConfig.serviceSettings.settings', {
            clusterLocal: z.boolean().default(false),
          }).default({ clusterLocal: false }),
        }),
      )
      .exactOptional(),
    caCertificates: z.array(caCertificate).exactOptional(),
    enablePrometheusMerge: z.boolean().exactOptional(),
    enableTracing: z.boolean().exactOptional(),
    dnsRefreshRate: durationMs.exactOptional(),
    verifyCertificateAtClient: z.boolean().exactOptional(),
    ingressClass: z.string().exactOptional(),
    ingressControllerMode: choice('MeshConfig.ingressControllerMode', [
      'UNSPECIFIED',
      'OFF',
      'DEFAULT',
      'STRICT',
    ]).exactOptional(),
    ingressSelector: z.string().exactOptional(),
    ingressService: z.string().exactOptional(),
  },
  [
    'ca',
    'certificates',
    'compliancePolicy',
    'configSources',
    'connectionSettings',
    'defaultTrafficPolicy',
    'disableEnvoyListenerLog',
    'enableEnvoyAccessLogService',
    'inboundClusterStatName',
    'inboundTrafficPolicy',
    'outboundClusterStatName',
    'proxyHttpPort',
    'proxyInboundListenPort',
    'proxyListenPort',
    'serviceEntryVisibility',
    'serviceScopeConfigs',
    'zoneAwareLbSetting',
  ],
);

/** As written, durations in milliseconds under the names of the document. */
export type WrittenMeshConfig = z.output<typeof meshConfigSchema>;
