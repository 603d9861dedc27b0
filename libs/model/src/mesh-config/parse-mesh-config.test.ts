import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { describeViolation } from '../resource.ts';
import { defaultMeshConfig } from './defaults.ts';
import { parseMeshConfig } from './parse-mesh-config.ts';

const folder = join(import.meta.dirname, 'testdata');

function told(text: string): string[] {
  const { violations, warnings } = parseMeshConfig('mesh.yaml', text);
  return [
    ...violations.map(({ path, message }) => `${path}: ${message}`),
    ...warnings.map(({ path, message }) => `warning: ${path}: ${message}`),
  ];
}

const provider = (fields: string): string => `extensionProviders: [{ name: x, ${fields} }]`;
const http = (fields: string): string => provider(`envoyExtAuthzHttp: { service: a.b, port: 80, ${fields} }`);
const ext = 'extensionProviders[0]';
const oneOf =
  'exactly one of envoyExtAuthzHttp, envoyExtAuthzGrpc, prometheus, envoyFileAccessLog, zipkin, opentelemetry, envoyHttpAls, envoyTcpAls, envoyOtelAls must be given';
const notDone = (name: string): string => `${name} is not done yet in this version; remove it`;

type Case = readonly [name: string, text: string, ...expected: string[]];

const top: Case[] = [
  ['may be empty', ''],
  ['may be an empty map', '{}'],
  ['may be a comment', '# nothing\n'],
  ['may be JSON', '{"enableAutoMtls": false}'],
  ['takes a null for absence', 'trustDomain: null'],
  ['takes snake_case', 'access_log_file: /dev/stdout\nmesh_mTLS: { min_protocol_version: TLSV1_3 }'],
  [
    'knows what was meant',
    'acessLogFile: /dev/stdout',
    'acessLogFile: unknown field "acessLogFile"; did you mean "accessLogFile"?',
  ],
  ['refuses an unknown key', 'banana: 1', 'banana: unknown field "banana"'],
  ['refuses a key that is not done by name', 'certificates: []', `certificates: ${notDone('MeshConfig.certificates')}`],
  [
    'refuses defaultTrafficPolicy by name',
    'defaultTrafficPolicy: {}',
    `defaultTrafficPolicy: ${notDone('MeshConfig.defaultTrafficPolicy')}`,
  ],
  ['refuses a list', '[]', ': expected a map, got a list'],
  [
    'refuses two documents',
    'enableAutoMtls: true\n---\nenableAutoMtls: false',
    ': a mesh configuration is one document',
  ],
  [
    'refuses a key twice',
    'enableAutoMtls: true\nenableAutoMtls: false',
    'enableAutoMtls: "enableAutoMtls" is given twice',
  ],
  [
    'refuses a word for a flag',
    'enableAutoMtls: "yes"',
    'enableAutoMtls: expected true or false, got the string "yes"',
  ],
  ['refuses another encoding', 'accessLogEncoding: XML', 'accessLogEncoding: "XML" is not one of TEXT, JSON'],
  [
    'warns of a format that is no JSON',
    'accessLogEncoding: JSON\naccessLogFormat: "%PROTOCOL%"',
    'warning: accessLogFormat: accessLogFormat is not a JSON object, as JSON encoding asks for; Istio’s own is used',
  ],
  [
    'refuses another outbound policy',
    'outboundTrafficPolicy: { mode: DENY }',
    'outboundTrafficPolicy.mode: "DENY" is not one of REGISTRY_ONLY, ALLOW_ANY',
  ],
  [
    'refuses the newest outbound policy by name',
    'outboundTrafficPolicy: { mode: ALLOW_ANY_DYNAMIC_DNS }',
    `outboundTrafficPolicy.mode: ${notDone('MeshConfig.outboundTrafficPolicy.mode ALLOW_ANY_DYNAMIC_DNS')}`,
  ],
  ['refuses an empty trust domain', 'trustDomain: ""', 'trustDomain: "" is not a trust domain'],
  [
    'refuses a bad trust domain',
    'trustDomainAliases: [a, "b c"]',
    'trustDomainAliases[1]: "b c" is not a trust domain',
  ],
  [
    'refuses another normalisation',
    'pathNormalization: { normalization: RFC }',
    'pathNormalization.normalization: "RFC" is not one of DEFAULT, NONE, BASE, MERGE_SLASHES, DECODE_AND_MERGE_SLASHES',
  ],
  ['refuses a long connectTimeout', 'connectTimeout: 61m', 'connectTimeout: connectTimeout is at most 1h'],
  ['refuses a connectTimeout of nothing', 'connectTimeout: 0s', 'connectTimeout: the duration 0s must be at least 1ms'],
  ['takes no protocolDetectionTimeout', 'protocolDetectionTimeout: 0s'],
  [
    'refuses curves for mesh mTLS',
    'meshMTLS: { ecdhCurves: [P-256] }',
    'meshMTLS.ecdhCurves: the curves of mesh mTLS cannot be chosen',
  ],
  [
    'warns of a curve that is unknown and of one given twice',
    'tlsDefaults: { ecdhCurves: [P-256, P-512, P-256] }',
    'warning: tlsDefaults.ecdhCurves[1]: "P-512" is not a known curve; it is left out',
    'warning: tlsDefaults.ecdhCurves[2]: "P-256" is given twice',
  ],
  [
    'refuses weights that do not add up',
    'localityLbSetting: { distribute: [{ from: a, to: { a: 50 } }] }',
    'localityLbSetting.distribute[0].to: the weights must add up to 100, not to 50',
  ],
  ['takes failover without outlier detection', 'localityLbSetting: { failover: [{ from: a, to: b }] }'],
  ['takes no retries', 'defaultHttpRetryPolicy: { attempts: 0 }'],
  [
    'refuses perTryTimeout by name',
    'defaultHttpRetryPolicy: { attempts: 1, perTryTimeout: 1s }',
    `defaultHttpRetryPolicy.perTryTimeout: ${notDone('MeshConfig.defaultHttpRetryPolicy.perTryTimeout')}`,
  ],
  [
    'refuses a bad host of serviceSettings',
    'serviceSettings: [{ hosts: ["a.*"] }]',
    'serviceSettings[0].hosts[0]: "a.*": a wildcard may only begin the first label, as in "*.example.com"',
  ],
  ['refuses a root that is none', 'caCertificates: [{ pem: x }]', 'caCertificates[0].pem: pem holds no certificate'],
  [
    'refuses a namespace that is none',
    'defaultServiceExportTo: ["a b"]',
    'defaultServiceExportTo[0]: "a b" is none of "*", ".", "~" and the name of a namespace',
  ],
  [
    'warns of a default provider that nobody is',
    'defaultProviders: { tracing: [zipkin] }',
    'warning: defaultProviders.tracing[0]: no extension provider has the name "zipkin"',
  ],
  [
    'refuses a selector of namespaces without values',
    'discoverySelectors: [{ matchExpressions: [{ key: a, operator: In }] }]',
    'discoverySelectors[0].matchExpressions[0].values: In needs at least one value',
  ],
];

const proxies: Case[] = [
  [
    'warns of what a proxy is told by its flags',
    'defaultConfig: { discoveryAddress: "istiod.istio-system.svc:15012" }',
    'warning: defaultConfig.discoveryAddress: discoveryAddress has no effect: a proxy is told by its own flags',
  ],
  [
    'refuses what a proxy cannot do by name',
    'defaultConfig: { statsdUdpAddress: "a:1" }',
    `defaultConfig.statsdUdpAddress: ${notDone('MeshConfig.defaultConfig.statsdUdpAddress')}`,
  ],
  [
    'refuses a drain of half seconds',
    'defaultConfig: { drainDuration: 1.5s }',
    'defaultConfig.drainDuration: drainDuration must be whole seconds',
  ],
  [
    'refuses less than no threads',
    'defaultConfig: { concurrency: -1 }',
    'defaultConfig.concurrency: concurrency -1 is not in the range 0 to 2147483647',
  ],
  [
    'refuses a collector without port',
    'defaultConfig: { tracing: { zipkin: { address: zipkin } } }',
    'defaultConfig.tracing.zipkin.address: "zipkin" is not an address: "host:port"',
  ],
  [
    'refuses another tracer by name',
    'defaultConfig: { tracing: { datadog: { address: "a:1" } } }',
    `defaultConfig.tracing.datadog: ${notDone('MeshConfig.defaultConfig.tracing.datadog')}`,
  ],
  [
    'refuses a number in the environment of a proxy',
    'defaultConfig: { proxyMetadata: { A: 1 } }',
    'defaultConfig.proxyMetadata.A: expected a string, got the number 1; put it in quotes',
  ],
  [
    'refuses a pattern that RE2 does not take',
    'defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ["("] } }',
    'defaultConfig.proxyStatsMatcher.inclusionRegexps[0]: not a regex of RE2 syntax: error parsing regexp: missing closing ): `(`',
  ],
];

const providers: Case[] = [
  ['refuses a provider without name', 'extensionProviders: [{ prometheus: {} }]', `${ext}.name: "name" is required`],
  ['refuses a provider of nothing', 'extensionProviders: [{ name: x }]', `${ext}: ${oneOf}`],
  ['refuses a provider of two kinds', provider('prometheus: {}, envoyFileAccessLog: {}'), `${ext}: ${oneOf}`],
  [
    'refuses a kind of provider by name',
    provider('skywalking: { service: a.b, port: 80 }'),
    `${ext}.skywalking: ${notDone('MeshConfig.extensionProviders.skywalking')}`,
  ],
  [
    'refuses a name twice',
    'extensionProviders: [{ name: x, prometheus: {} }, { name: x, prometheus: {} }]',
    'extensionProviders[1].name: duplicate provider "x"',
  ],
  ['takes an authorizer', http('statusOnError: "503"')],
  [
    'refuses a status that is none',
    http('statusOnError: "299"'),
    `${ext}.envoyExtAuthzHttp.statusOnError: "299" is not an HTTP status that Envoy knows`,
  ],
  [
    'refuses a status that is a number',
    http('statusOnError: 503'),
    `${ext}.envoyExtAuthzHttp.statusOnError: expected a string, got the number 503; put it in quotes`,
  ],
  [
    'refuses a prefix without slash',
    http('pathPrefix: check'),
    `${ext}.envoyExtAuthzHttp.pathPrefix: pathPrefix must start with "/"`,
  ],
  [
    'refuses an authorizer without port',
    provider('envoyExtAuthzGrpc: { service: a.b }'),
    `${ext}.envoyExtAuthzGrpc.port: "port" is required`,
  ],
  [
    'refuses an authorizer on port 0',
    provider('envoyExtAuthzGrpc: { service: a.b, port: 0 }'),
    `${ext}.envoyExtAuthzGrpc.port: port 0 is not in the range 1 to 65535`,
  ],
  [
    'refuses a service that is none',
    provider('zipkin: { service: "a b", port: 1 }'),
    `${ext}.zipkin.service: "a b" is not a service: "host" or "namespace/host"`,
  ],
  [
    'refuses a service of three parts',
    provider('zipkin: { service: a/b/c, port: 1 }'),
    `${ext}.zipkin.service: "a/b/c" is not a service: "host" or "namespace/host"`,
  ],
  [
    'refuses two formats of a log',
    provider('envoyFileAccessLog: { logFormat: { text: a, labels: {} } }'),
    `${ext}.envoyFileAccessLog.logFormat: only one of text and labels may be given`,
  ],
  [
    'refuses two ways of OpenTelemetry',
    provider('opentelemetry: { service: a.b, port: 1, http: { path: /x }, grpc: {} }'),
    `${ext}.opentelemetry: only one of http and grpc may be given`,
  ],
];

describe('a mesh configuration', () => {
  it.each([...top, ...proxies, ...providers].map(([name, text, ...expected]) => ({ name, text, expected })))(
    '$name',
    ({ text, expected }) => {
      expect(told(text)).toEqual(expected);
    },
  );

  it('of an empty text is the default one', () => {
    expect(parseMeshConfig('mesh.yaml', '').config).toEqual(defaultMeshConfig);
    expect(parseMeshConfig('mesh.yaml', '{}').config).toEqual(defaultMeshConfig);
  });

  it('takes every key that is done', async () => {
    const { config, violations, warnings } = parseMeshConfig(
      'mesh.yaml',
      readFileSync(join(folder, 'full.yaml'), 'utf8'),
    );
    expect([...violations, ...warnings].map(describeViolation)).toEqual([]);
    await expect(`${JSON.stringify(config, null, 2)}\n`).toMatchFileSnapshot(join(folder, 'full.json'));
  });

  it('keeps the default providers that it does not name, and replaces those that it does', () => {
    const { config } = parseMeshConfig(
      'mesh.yaml',
      'extensionProviders: [{ name: envoy, envoyFileAccessLog: { path: /x } }]\ndefaultProviders: { accessLogging: [envoy] }',
    );
    expect(config.extensionProviders).toEqual([
      { name: 'prometheus', prometheus: {} },
      { name: 'envoy', envoyFileAccessLog: { path: '/x' } },
    ]);
    expect(config.defaultProviders).toEqual({ tracing: [], metrics: ['prometheus'], accessLogging: ['envoy'] });
  });

  it('tells file, line and column', () => {
    const { config, violations } = parseMeshConfig(
      'mesh.yaml',
      'enableAutoMtls: true\ndefaultConfig:\n  tracing:\n    sampling: 200\n',
    );
    expect(violations.map(describeViolation)).toEqual([
      'mesh.yaml:4:15 defaultConfig.tracing.sampling: sampling 200 is not in the range 0 to 100',
    ]);
    expect(config).toBe(defaultMeshConfig);
  });

  it('cannot be changed', () => {
    expect(
      Object.isFrozen(parseMeshConfig('mesh.yaml', 'defaultConfig: { concurrency: 1 }').config.defaultConfig),
    ).toBe(true);
  });

  it('that is not YAML is a violation', () => {
    expect(told('a: [')).toHaveLength(1);
  });

  it('tells at most so many violations', () => {
    const keys = Array.from({ length: limits.violationsMax + 5 }, (_, index) => `banana${index}: 1`).join('\n');
    expect(parseMeshConfig('mesh.yaml', keys).violations).toHaveLength(limits.violationsMax);
  });
});
