/** The YAML form of `defaultConfig`. */

import { z } from 'zod';
import { tracingTags } from '../kinds/telemetry/tags.ts';
import { durationMs, int32, numberWithin, regexProblem, uint32 } from '../schema/fields.ts';
import { checkedString, choice } from '../schema/object.ts';
import { nonEmptyText } from '../schema/text.ts';
import { meshObject } from './mesh-object.ts';

const api = 'MeshConfig.defaultConfig';

const clientCertWords = [
  'UNDEFINED',
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
] as const;

function addressProblem(address: string): string | undefined {
  const port = /^.+:(\d{1,5})$/.exec(address)?.[1];
  const good = port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
  return good ? undefined : `${JSON.stringify(address)} is not an address: "host:port"`;
}

const tracing = meshObject(
  `${api}.tracing`,
  {
    zipkin: meshObject(`${api}.tracing.zipkin`, { address: checkedString(addressProblem) }).exactOptional(),
    sampling: numberWithin(0, 100, 'sampling').exactOptional(),
    customTags: tracingTags(`${api}.tracing.customTags`).exactOptional(),
    maxPathTagLength: uint32('maxPathTagLength').exactOptional(),
    enableIstioTags: z.boolean().default(true),
  },
  ['datadog', 'lightstep', 'openCensusAgent', 'stackdriver', 'tlsSettings'],
);

const disabled = (of: string) => meshObject(of, { disabled: z.boolean().default(false) }).exactOptional();

const proxyHeaders = meshObject(
  `${api}.proxyHeaders`,
  {
    forwardedClientCert: choice(`${api}.proxyHeaders.forwardedClientCert`, clientCertWords).default('UNDEFINED'),
    setCurrentClientCertDetails: meshObject(`${api}.proxyHeaders.setCurrentClientCertDetails`, {
      subject: z.boolean().exactOptional(),
      cert: z.boolean().exactOptional(),
      chain: z.boolean().exactOptional(),
      dns: z.boolean().exactOptional(),
      uri: z.boolean().exactOptional(),
    }).exactOptional(),
    requestId: disabled(`${api}.proxyHeaders.requestId`),
    server: meshObject(`${api}.proxyHeaders.server`, {
      disabled: z.boolean().default(false),
      value: z.string().exactOptional(),
    }).exactOptional(),
    attemptCount: disabled(`${api}.proxyHeaders.attemptCount`),
    envoyDebugHeaders: disabled(`${api}.proxyHeaders.envoyDebugHeaders`),
    metadataExchangeHeaders: meshObject(`${api}.proxyHeaders.metadataExchangeHeaders`, {
      mode: choice(`${api}.proxyHeaders.metadataExchangeHeaders.mode`, ['UNDEFINED', 'IN_MESH']).default('UNDEFINED'),
    }).exactOptional(),
    preserveHttp1HeaderCase: z.boolean().exactOptional(),
  },
  ['xForwardedHost', 'xForwardedPort'],
);

const texts = z.array(nonEmptyText('an entry')).exactOptional();

/** Taken from a mesh that Istio runs, and told by flags or fixed here. */
export const ignoredProxyKeys = [
  'binaryPath',
  'configPath',
  'controlPlaneAuthPolicy',
  'discoveryAddress',
  'parentShutdownDuration',
  'proxyAdminPort',
  'serviceCluster',
  'statNameLength',
  'statusPort',
] as const;

const anything = z.unknown().exactOptional();
const ignored = Object.fromEntries(ignoredProxyKeys.map((key) => [key, anything])) as Record<
  (typeof ignoredProxyKeys)[number],
  typeof anything
>;

export const proxyConfig = meshObject(
  api,
  {
    ...ignored,
    concurrency: int32('concurrency').exactOptional(),
    holdApplicationUntilProxyStarts: z.boolean().exactOptional(),
    tracing: tracing.exactOptional(),
    proxyMetadata: z.record(z.string(), z.string()).exactOptional(),
    terminationDrainDuration: durationMs.exactOptional(),
    drainDuration: durationMs.refine((ms) => ms % 1000 === 0, 'drainDuration must be whole seconds').exactOptional(),
    proxyStatsMatcher: meshObject(`${api}.proxyStatsMatcher`, {
      inclusionPrefixes: texts,
      inclusionSuffixes: texts,
      inclusionRegexps: z.array(checkedString(regexProblem)).exactOptional(),
    }).exactOptional(),
    extraStatTags: texts,
    proxyHeaders: proxyHeaders.exactOptional(),
    gatewayTopology: meshObject(
      `${api}.gatewayTopology`,
      {
        numTrustedProxies: uint32('numTrustedProxies').default(0),
        forwardClientCertDetails: choice(`${api}.gatewayTopology.forwardClientCertDetails`, clientCertWords).default(
          'UNDEFINED',
        ),
      },
      ['proxyProtocol'],
    ).exactOptional(),
    image: meshObject(`${api}.image`, { imageType: z.string() }).exactOptional(),
  },
  [
    'availabilityZone',
    'caCertificatesPem',
    'customConfigFile',
    'discoveryRefreshDelay',
    'envoyAccessLogService',
    'envoyMetricsService',
    'envoyMetricsServiceAddress',
    'fileFlushInterval',
    'fileFlushMinSizeKb',
    'interceptionMode',
    'meshId',
    'privateKeyProvider',
    'proxyBootstrapTemplatePath',
    'readinessProbe',
    'runtimeValues',
    'sds',
    'statsCompression',
    'statsEviction',
    'statsdUdpAddress',
    'tracingServiceName',
    'zipkinAddress',
  ],
);
