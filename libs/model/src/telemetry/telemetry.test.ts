import { describe, expect, it } from 'vitest';
import { defaultMeshConfig } from '../mesh-config/defaults.ts';
import type { MeshConfig } from '../mesh-config/spec.ts';
import { parseDocuments } from '../parse.ts';
import type { Resource } from '../resource.ts';
import { mergeAccessLogging } from './access-logging.ts';
import { mergeMetrics } from './metrics.ts';
import { findProvider, selectTelemetries } from './scope.ts';
import { mergeTracing } from './tracing.ts';

/** `line`: "ns/name [year] spec". */
function read(lines: readonly string[]): Resource<'Telemetry'>[] {
  const text = lines.map((line) => {
    const [, namespace, name, year = '2024', spec] = /^(\S+)\/(\S+) (?:(\d{4}) )?(\{.*\})$/.exec(line) ?? [];
    return `{apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata: {namespace: ${namespace}, name: ${name}, creationTimestamp: "${year}-01-01T00:00:00Z"}, spec: ${spec}}`;
  });
  const { resources, violations } = parseDocuments('f.yaml', text.join('\n---\n'));
  expect(violations).toEqual([]);
  return resources as unknown as Resource<'Telemetry'>[];
}

const selected = (lines: readonly string[]): Resource<'Telemetry'>[] =>
  selectTelemetries(read(lines), { namespace: 'shop', labels: { app: 'payment' } }, 'istio-system');

const mesh = (defaults: Partial<MeshConfig['defaultProviders']> = {}): MeshConfig => ({
  ...defaultMeshConfig,
  defaultProviders: { ...defaultMeshConfig.defaultProviders, ...defaults },
});

describe('the Telemetries of a workload', () => {
  it('are the oldest of the mesh, of the namespace and of the workload', () => {
    const found = selected([
      'shop/own-young 2025 {selector: {matchLabels: {app: payment}}}',
      'shop/own 2020 {selector: {matchLabels: {app: payment}}}',
      'shop/wide 2021 {}',
      'shop/wide-young 2022 {}',
      'istio-system/mesh {}',
      'istio-system/selecting 2019 {selector: {matchLabels: {app: payment}}}',
      'shop/other {selector: {matchLabels: {app: order}}}',
    ]);
    expect(found.map(({ name }) => name)).toEqual(['mesh', 'wide', 'own']);
  });

  it('name providers without regard to case', () => {
    expect(findProvider(defaultMeshConfig, 'Prometheus')?.name).toBe('prometheus');
    expect(findProvider(defaultMeshConfig, 'nobody')).toBeUndefined();
  });
});

const logCases: readonly [name: string, telemetries: string[], defaults: string[], server: string[] | undefined][] = [
  ['is left to the mesh configuration where nobody says anything', [], [], undefined],
  ['is left to the mesh configuration by a Telemetry of something else', ['shop/a {tracing: [{}]}'], [], undefined],
  ['goes to the default providers', [], ['envoy'], ['envoy']],
  ['goes to the providers that are named', ['shop/a {accessLogging: [{providers: [{name: x}]}]}'], ['envoy'], ['x']],
  ['may be off', ['shop/a {accessLogging: [{disabled: true}]}'], ['envoy'], []],
  [
    'is on again for a workload',
    [
      'istio-system/m {accessLogging: [{providers: [{name: envoy}], disabled: true}]}',
      'shop/a {selector: {matchLabels: {app: payment}}, accessLogging: [{disabled: false}]}',
    ],
    [],
    ['envoy'],
  ],
  [
    'is filtered by the narrowest filter',
    [
      'istio-system/m {accessLogging: [{providers: [{name: envoy}], filter: {expression: "a"}}]}',
      'shop/a {accessLogging: [{filter: {expression: "b"}}]}',
    ],
    [],
    ['envoy: b'],
  ],
  [
    'of the other side changes nothing',
    ['shop/a {accessLogging: [{match: {mode: CLIENT}, providers: [{name: x}]}]}'],
    ['envoy'],
    ['envoy'],
  ],
  [
    'of this side is heeded',
    ['shop/a {accessLogging: [{match: {mode: SERVER}, providers: [{name: x}]}]}'],
    ['envoy'],
    ['x'],
  ],
  [
    'may go to several providers of one Telemetry',
    ['shop/a {accessLogging: [{providers: [{name: x}]}, {providers: [{name: y}], filter: {expression: "b"}}]}'],
    [],
    ['x', 'y: b'],
  ],
  [
    'goes to the providers of the namespace and not to those of the mesh',
    [
      'istio-system/m {accessLogging: [{providers: [{name: x}]}]}',
      'shop/a {accessLogging: [{providers: [{name: y}]}]}',
    ],
    [],
    ['y'],
  ],
];

describe('the access log of inbound traffic', () => {
  it.each(logCases)('%s', (_name, telemetries, accessLogging, expected) => {
    const merged = mergeAccessLogging(selected(telemetries), mesh({ accessLogging }), 'SERVER');
    expect(merged?.map(({ provider, filter }) => (filter === undefined ? provider : `${provider}: ${filter}`))).toEqual(
      expected,
    );
  });
});

describe('tracing', () => {
  it('is left to the proxy configuration where nobody says anything', () => {
    expect(mergeTracing([], mesh(), 'CLIENT')).toBeUndefined();
  });

  it('goes to the first default provider', () => {
    expect(mergeTracing([], mesh({ tracing: ['a', 'b'] }), 'CLIENT')).toEqual({
      provider: 'a',
      disableSpanReporting: false,
      useRequestIdForTraceSampling: true,
      enableIstioTags: true,
      disableContextPropagation: false,
    });
  });

  it('is merged field by field, the tags as a whole', () => {
    const { telemetry, ...merged } =
      mergeTracing(
        selected([
          'istio-system/m {tracing: [{providers: [{name: z}], randomSamplingPercentage: 10, customTags: {a: {literal: {value: x}}}}]}',
          'shop/a {tracing: [{randomSamplingPercentage: 0, useRequestIdForTraceSampling: false, customTags: {b: {header: {name: h}}}}]}',
        ]),
        mesh(),
        'SERVER',
      ) ?? {};
    expect(telemetry?.name).toBe('a');
    expect(merged).toEqual({
      provider: 'z',
      disableSpanReporting: false,
      randomSamplingPercentage: 0,
      customTags: { b: { header: { name: 'h' } } },
      useRequestIdForTraceSampling: false,
      enableIstioTags: true,
      disableContextPropagation: false,
    });
  });

  it('may differ between the sides', () => {
    const telemetries = selected([
      'shop/a {tracing: [{providers: [{name: z}]}, {match: {mode: CLIENT}, disableSpanReporting: true}]}',
    ]);
    expect(mergeTracing(telemetries, mesh(), 'CLIENT')?.disableSpanReporting).toBe(true);
    expect(mergeTracing(telemetries, mesh(), 'SERVER')?.disableSpanReporting).toBe(false);
  });
});

const metricCases: readonly [name: string, telemetries: string[], server: unknown][] = [
  ['go to the default provider', [], [{ provider: 'prometheus', changes: [] }]],
  ['are off as a whole', ['shop/a {metrics: [{overrides: [{match: {metric: ALL_METRICS}, disabled: true}]}]}'], []],
  [
    'of the other side do not matter',
    ['shop/a {metrics: [{overrides: [{match: {mode: CLIENT}, disabled: true}]}]}'],
    [{ provider: 'prometheus', changes: [] }],
  ],
  [
    'are changed one by one, the narrower Telemetry last',
    [
      'istio-system/m {metrics: [{overrides: [{match: {metric: REQUEST_COUNT}, tagOverrides: {a: {value: x}, b: {value: y}}}]}]}',
      'shop/a {metrics: [{reportingInterval: 5s, overrides: [{match: {metric: REQUEST_COUNT}, disabled: true, tagOverrides: {a: {operation: REMOVE}}}, {match: {customMetric: mine}, tagOverrides: {c: {value: z}}}]}]}',
    ],
    [
      {
        provider: 'prometheus',
        reportingIntervalMs: 5_000,
        changes: [
          { metric: 'REQUEST_COUNT', disabled: true, tags: [{ name: 'a' }, { name: 'b', value: 'y' }] },
          { metric: 'mine', disabled: false, tags: [{ name: 'c', value: 'z' }] },
        ],
      },
    ],
  ],
  [
    'go to the providers of the narrowest Telemetry that names any',
    [
      'istio-system/m {metrics: [{providers: [{name: one}], overrides: [{match: {metric: REQUEST_SIZE}, disabled: true}]}]}',
      'shop/a {metrics: [{providers: [{name: two}]}]}',
    ],
    [{ provider: 'two', changes: [] }],
  ],
];

describe('the metrics of inbound traffic', () => {
  it.each(metricCases)('%s', (_name, telemetries, expected) => {
    expect(mergeMetrics(selected(telemetries), mesh(), 'SERVER')).toEqual(expected);
  });

  it('of all kinds are changed by an override without metric', () => {
    const [prometheus] = mergeMetrics(
      selected(['shop/a {metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE}}}]}]}']),
      mesh(),
      'CLIENT',
    );
    expect(prometheus?.changes).toHaveLength(10);
    expect(prometheus?.changes.every(({ tags }) => tags[0]?.name === 'a')).toBe(true);
  });

  it('come back where a namespace asks for one of those that the mesh switched off', () => {
    const merged = mergeMetrics(
      selected([
        'istio-system/m {metrics: [{overrides: [{disabled: true}]}]}',
        'shop/a {metrics: [{overrides: [{match: {metric: REQUEST_COUNT}, disabled: false}]}]}',
      ]),
      mesh(),
      'SERVER',
    );
    expect(merged).toEqual([
      { provider: 'prometheus', changes: [{ metric: 'REQUEST_COUNT', disabled: false, tags: [] }] },
    ]);
  });
});
