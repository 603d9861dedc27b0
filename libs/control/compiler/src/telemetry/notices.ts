/** What Telemetries, ProxyConfigs and the mesh configuration ask of one proxy and do not get. */

import {
  type ExtensionProvider,
  findProvider,
  mergeAccessLogging,
  mergeMetrics,
  type Resource,
  selectPolicies,
} from '@weft/model';
import type { Context } from '../context.ts';
import { notice, provenanceOf } from '../provenance.ts';
import { celProblem, celValueProblem } from './cel-filter.ts';
import { formatProblem, labelsProblem } from './format-check.ts';
import { meshFormatProblem, providerFormatProblem } from './log-formats.ts';
import { logService } from './log-services.ts';
import { isKnownMetric } from './metrics.ts';
import { type Side, telemetriesOf, trafficSide } from './side.ts';
import { tracingOrigin, tracingProblems } from './tracing.ts';

/** Sentences with their places, each once. */
export function telemetryNotices(context: Context): readonly string[] {
  const { proxy } = context;
  if (proxy.type === 'grpc') return [];
  const sides: readonly Side[] = proxy.type === 'router' ? ['gateway'] : ['outbound', 'inbound'];
  const found = sides.flatMap((side) => [
    ...logNotices(context, side),
    ...tracingNotices(context, side),
    ...metricNotices(context, side),
  ]);
  return [...new Set([...found, ...meshNotices(context), ...startNotices(context)])];
}

function logNotices(context: Context, side: Side): readonly string[] {
  const { mesh } = context.world.input;
  const targets = mergeAccessLogging(telemetriesOf(context), mesh, trafficSide(side)) ?? [];
  return targets.flatMap(({ provider: name, telemetry, filter }) => {
    const provider = findProvider(mesh, name);
    const without =
      provider === undefined
        ? `there is no extension provider ${name}; it gets no access log`
        : serviceProblem(context, provider);
    if (provider === undefined || without !== undefined)
      return [said(telemetry, 'accessLogging', 'defaultProviders.accessLogging', without ?? '')];
    const unread = filter === undefined ? undefined : celProblem(filter);
    return [
      ...(unread === undefined
        ? []
        : [said(telemetry, 'accessLogging', '', `the filter cannot be read, ${unread}; every access is logged`)]),
      ...formatSentences(provider).map((sentence) => ofMesh(`extensionProviders ${name}`, sentence)),
    ];
  });
}

function serviceProblem(context: Context, provider: ExtensionProvider): string | undefined {
  if (provider.envoyFileAccessLog !== undefined) return undefined;
  const service = logService(context, provider);
  if (service === undefined) return `${provider.name} takes no access logs; it gets none`;
  return 'problem' in service ? `${provider.name} ${service.problem}; it gets no access log` : undefined;
}

function formatSentences({ envoyFileAccessLog: file, envoyOtelAls }: ExtensionProvider): readonly string[] {
  const { text = '', labels } = envoyOtelAls?.logFormat ?? {};
  const format = file === undefined ? formatProblem(text) : providerFormatProblem(file);
  const attributes = labelsProblem(labels);
  return [
    ...(format === undefined ? [] : [unreadFormat(format)]),
    ...(attributes === undefined ? [] : [`the labels cannot be read, ${attributes}; they are left out`]),
  ];
}

function tracingNotices(context: Context, side: Side): readonly string[] {
  const problems = tracingProblems(context, side);
  if (problems.length === 0) return [];
  const telemetry = tracingOrigin(context, side);
  return problems.map((sentence) => said(telemetry, 'tracing', 'defaultProviders.tracing', sentence));
}

function unreadFormat(problem: string): string {
  return `the format cannot be read, ${problem}; Istio's own is taken`;
}

/** Proxies know Istio's standard metrics alone, and what proxies count is asked for. */
function metricNotices(context: Context, side: Side): readonly string[] {
  const { mesh } = context.world.input;
  const telemetries = telemetriesOf(context).filter(({ spec }) => (spec.metrics ?? []).length > 0);
  if (telemetries.length === 0) return [];
  const providers = mergeMetrics(telemetries, mesh, trafficSide(side));
  const narrowest = telemetries.at(-1);
  return providers.flatMap(({ provider, changes, reportingIntervalMs }) => {
    if (findProvider(mesh, provider)?.prometheus === undefined) {
      return [said(narrowest, 'metrics', '', `only Prometheus is given metrics, which ${provider} is not`)];
    }
    const sentences = [
      ...changes.flatMap(({ metric, tags }) => [
        ...(isKnownMetric(metric) ? [] : [`there is no metric ${metric}; what is asked of it is left out`]),
        ...tags.flatMap(({ name, value }) => {
          const problem = value === undefined ? undefined : celValueProblem(value);
          return problem === undefined ? [] : [`the value of tag ${name} cannot be read, ${problem}; it is "unknown"`];
        }),
      ]),
      ...(reportingIntervalMs === undefined
        ? []
        : ['metrics are asked for, not reported: reportingInterval is not heeded']),
    ];
    return sentences.map((sentence) => said(narrowest, 'metrics', '', sentence));
  });
}

function meshNotices({ world }: Context): readonly string[] {
  const { defaultConfig } = world.input.mesh;
  const { proxyHeaders, proxyStatsMatcher, extraStatTags } = defaultConfig;
  const format = meshFormatProblem(world.input.mesh);
  return [
    ...(format === undefined ? [] : [ofMesh('accessLogFormat', unreadFormat(format))]),
    ...(proxyHeaders.preserveHttp1HeaderCase === true
      ? [
          ofMesh(
            'defaultConfig.proxyHeaders.preserveHttp1HeaderCase',
            'not done; names of headers travel in lower case',
          ),
        ]
      : []),
    ...(proxyHeaders.metadataExchangeHeaders?.mode === 'IN_MESH'
      ? [
          ofMesh(
            'defaultConfig.proxyHeaders.metadataExchangeHeaders',
            'is always so: they are sent over mutual TLS of the mesh alone',
          ),
        ]
      : []),
    ...(proxyStatsMatcher === undefined
      ? []
      : [ofMesh('defaultConfig.proxyStatsMatcher', 'statistics are chosen where a proxy is started, not over xDS')]),
    ...(extraStatTags.length === 0
      ? []
      : [ofMesh('defaultConfig.extraStatTags', 'tags of metrics are fixed; they are left out')]),
  ];
}

/** A ProxyConfig is read by what starts a proxy. */
function startNotices({ world, proxy }: Context): readonly string[] {
  const { model, mesh } = world.input;
  const resources = model.byKind('ProxyConfig');
  if (resources.length === 0) return [];
  return selectPolicies(resources, proxy, mesh.rootNamespace).flatMap((resource) => {
    const { concurrency, environmentVariables } = resource.spec;
    return [
      ...(concurrency === undefined ? [] : [of(resource, 'concurrency', '--concurrency')]),
      ...(environmentVariables === undefined ? [] : [of(resource, 'environmentVariables', 'its environment')]),
    ];
  });
}

function of(resource: Resource<'ProxyConfig'>, field: string, instead: string): string {
  return notice(provenanceOf(resource, field), `a proxy is started with it, which xDS cannot change: use ${instead}`);
}

function said(telemetry: Resource<'Telemetry'> | undefined, rule: string, meshField: string, sentence: string): string {
  return telemetry === undefined ? ofMesh(meshField, sentence) : notice(provenanceOf(telemetry, rule), sentence);
}

function ofMesh(field: string, sentence: string): string {
  return `MeshConfig ${field}: ${sentence}`;
}
