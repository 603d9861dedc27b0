/** The YAML form of a Telemetry. */

import { z } from 'zod';
import { celSyntaxProblem } from '../../schema/cel-syntax.ts';
import { durationMs } from '../../schema/fields.ts';
import { apiObject, checkedString, choice, mapOf } from '../../schema/object.ts';
import { optionalSpec, policyTargetFields } from '../../schema/policy-target.ts';
import { nonEmptyText } from '../../schema/text.ts';
import type { TelemetryMetrics, TelemetrySpec } from './spec.ts';
import { tracingTags } from './tags.ts';

const modes = ['CLIENT_AND_SERVER', 'CLIENT', 'SERVER'] as const;
const metricNames = [
  'ALL_METRICS',
  'REQUEST_COUNT',
  'REQUEST_DURATION',
  'REQUEST_SIZE',
  'RESPONSE_SIZE',
  'TCP_OPENED_CONNECTIONS',
  'TCP_CLOSED_CONNECTIONS',
  'TCP_SENT_BYTES',
  'TCP_RECEIVED_BYTES',
  'GRPC_REQUEST_MESSAGES',
  'GRPC_RESPONSE_MESSAGES',
] as const;

const providers = z.array(apiObject('Telemetry.providers', { name: nonEmptyText('the name of a provider') }));
const modeMatch = (api: string) => apiObject(api, { mode: choice(`${api}.mode`, modes).exactOptional() });

const metricsOverride = apiObject('Telemetry.metrics.overrides', {
  match: apiObject('Telemetry.metrics.overrides.match', {
    metric: choice('Telemetry.metrics.overrides.match.metric', metricNames).exactOptional(),
    customMetric: nonEmptyText('the name of a metric').exactOptional(),
    mode: choice('Telemetry.metrics.overrides.match.mode', modes).exactOptional(),
  }).exactOptional(),
  disabled: z.boolean().exactOptional(),
  tagOverrides: mapOf(
    apiObject('Telemetry.metrics.overrides.tagOverrides', {
      operation: choice('Telemetry.metrics.overrides.tagOverrides.operation', ['UPSERT', 'REMOVE']).exactOptional(),
      value: z.string().exactOptional(),
    }),
    () => undefined,
  ).exactOptional(),
});

const metrics = apiObject('Telemetry.metrics', {
  providers: providers.exactOptional(),
  overrides: z.array(metricsOverride).exactOptional(),
  reportingInterval: durationMs.exactOptional(),
}).transform(
  ({ reportingInterval, ...rest }): TelemetryMetrics =>
    reportingInterval === undefined ? rest : { ...rest, reportingIntervalMs: reportingInterval },
);

const percentage = z.number().superRefine((value, context) => {
  if (value < 0 || value > 100) context.addIssue({ code: 'custom', message: `${value} is not a percentage: 0 to 100` });
});

const tracing = apiObject('Telemetry.tracing', {
  match: modeMatch('Telemetry.tracing.match').exactOptional(),
  providers: providers.exactOptional(),
  randomSamplingPercentage: percentage.exactOptional(),
  disableSpanReporting: z.boolean().exactOptional(),
  customTags: tracingTags('Telemetry.tracing.customTags').exactOptional(),
  useRequestIdForTraceSampling: z.boolean().exactOptional(),
  enableIstioTags: z.boolean().exactOptional(),
  disableContextPropagation: z.boolean().exactOptional(),
});

const accessLogging = apiObject('Telemetry.accessLogging', {
  match: modeMatch('Telemetry.accessLogging.match').exactOptional(),
  providers: providers.exactOptional(),
  disabled: z.boolean().exactOptional(),
  filter: apiObject('Telemetry.accessLogging.filter', {
    expression: checkedString((text) =>
      text.trim() === '' ? 'the expression must not be empty' : celSyntaxProblem(text),
    ),
  }).exactOptional(),
});

export const telemetrySchema: z.ZodType<TelemetrySpec> = optionalSpec(
  apiObject('Telemetry', {
    ...policyTargetFields('Telemetry'),
    metrics: z.array(metrics).exactOptional(),
    tracing: z.array(tracing).exactOptional(),
    accessLogging: z.array(accessLogging).exactOptional(),
  }),
);
