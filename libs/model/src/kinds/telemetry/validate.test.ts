import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const override = (fields: string): string => `metrics: [{ overrides: [{ ${fields} }] }]`;
const tracing = (fields: string): string => `tracing: [{ ${fields} }]`;
const tag = (fields: string): string => tracing(`customTags: { a: { ${fields} } }`);
const logging = (fields: string): string => `accessLogging: [{ ${fields} }]`;

const cases: Case[] = [
  ['may say nothing', '{}'],
  ['takes an entry of each that says nothing', 'metrics: [{}]\ntracing: [{}]\naccessLogging: [{}]'],
  [
    'knows what was meant',
    'accesLogging: []',
    'spec.accesLogging: unknown field "accesLogging"; did you mean "accessLogging"?',
  ],
  [
    'warns of a selector without labels',
    'selector: { matchLabels: {} }',
    'warning: spec.selector: the selector has no labels: it counts as absent',
  ],
  [
    'refuses a target that is none',
    'targetRefs: [{ group: apps, kind: Deployment, name: a }]',
    'spec.targetRefs[0].kind: "apps/Deployment" cannot be a target; known: core/Service, networking.istio.io/ServiceEntry, gateway.networking.k8s.io/Gateway, gateway.networking.k8s.io/GatewayClass',
  ],
  [
    'refuses a provider without name',
    logging('providers: [{}]'),
    'spec.accessLogging[0].providers[0].name: "name" is required',
  ],
  [
    'refuses a provider with an empty name',
    'metrics: [{ providers: [{ name: "" }] }]',
    'spec.metrics[0].providers[0].name: the name of a provider must not be empty',
  ],
  ['takes a metric', override('match: { metric: TCP_SENT_BYTES, mode: SERVER }')],
  [
    'refuses another mode',
    override('match: { mode: BOTH }'),
    'spec.metrics[0].overrides[0].match.mode: "BOTH" is not one of CLIENT_AND_SERVER, CLIENT, SERVER',
  ],
  ['takes a custom metric', override('match: { customMetric: mine }')],
  [
    'refuses a custom metric without name',
    override('match: { customMetric: "" }'),
    'spec.metrics[0].overrides[0].match.customMetric: the name of a metric must not be empty',
  ],
  [
    'refuses two metrics',
    override('match: { metric: REQUEST_COUNT, customMetric: mine }'),
    'spec.metrics[0].overrides[0].match: only one of metric and customMetric may be given',
  ],
  [
    'refuses a word for disabled',
    override('disabled: "true"'),
    'spec.metrics[0].overrides[0].disabled: expected true or false, got the string "true"',
  ],
  ['takes a tag', override('tagOverrides: { a: { value: request.host }, b: { operation: REMOVE } }')],
  [
    'refuses a tag without value',
    override('tagOverrides: { a: { operation: UPSERT } }'),
    'spec.metrics[0].overrides[0].tagOverrides.a: UPSERT needs a value',
  ],
  [
    'refuses a tag that says nothing',
    override('tagOverrides: { a: {} }'),
    'spec.metrics[0].overrides[0].tagOverrides.a: UPSERT needs a value',
  ],
  [
    'refuses a value for a tag that is removed',
    override('tagOverrides: { a: { operation: REMOVE, value: x } }'),
    'spec.metrics[0].overrides[0].tagOverrides.a.value: REMOVE takes no value',
  ],
  [
    'refuses another operation',
    override('tagOverrides: { a: { operation: SET } }'),
    'spec.metrics[0].overrides[0].tagOverrides.a.operation: "SET" is not one of UPSERT, REMOVE',
  ],
  [
    'warns of a tag without name',
    override('tagOverrides: { "": { value: x } }'),
    'warning: spec.metrics[0].overrides[0].tagOverrides[""]: the name of a tag must not be empty',
  ],
  [
    'refuses an interval of nothing',
    'metrics: [{ reportingInterval: 0s }]',
    'spec.metrics[0].reportingInterval: the duration 0s must be at least 1ms',
  ],
  [
    'warns of several entries of tracing',
    'tracing: [{}, {}]',
    'warning: spec.tracing: several entries of tracing are not all heeded: write one',
  ],
  [
    'warns of several providers of tracing',
    tracing('providers: [{ name: a }, { name: b }]'),
    'warning: spec.tracing[0].providers: spans go to the first provider only',
  ],
  ['takes several providers of logs', logging('providers: [{ name: a }, { name: b }]')],
  ['takes every percentage', tracing('randomSamplingPercentage: 0.01')],
  [
    'refuses a percentage over 100',
    tracing('randomSamplingPercentage: 100.5'),
    'spec.tracing[0].randomSamplingPercentage: 100.5 is not a percentage: 0 to 100',
  ],
  [
    'refuses a percentage below 0',
    tracing('randomSamplingPercentage: -1'),
    'spec.tracing[0].randomSamplingPercentage: -1 is not a percentage: 0 to 100',
  ],
  ['takes a tag that says nothing', tag('')],
  [
    'refuses a literal of nothing',
    tag('literal: { value: "" }'),
    'spec.tracing[0].customTags.a.literal.value: the value of a tag must not be empty',
  ],
  [
    'refuses a header without name',
    tag('header: { defaultValue: x }'),
    'spec.tracing[0].customTags.a.header.name: "name" is required',
  ],
  [
    'refuses a variable without name',
    tag('environment: { name: "" }'),
    'spec.tracing[0].customTags.a.environment.name: the name of a variable must not be empty',
  ],
  [
    'refuses a formatter of nothing',
    tag('formatter: { value: "" }'),
    'spec.tracing[0].customTags.a.formatter.value: the format of a tag must not be empty',
  ],
  [
    'refuses two sources of a tag',
    tag('literal: { value: a }, header: { name: b }'),
    'spec.tracing[0].customTags.a: only one of literal, environment, header, formatter may be given',
  ],
  [
    'refuses a span tag without name',
    tracing('customTags: { "": { literal: { value: a } } }'),
    'spec.tracing[0].customTags[""]: the name of a tag must not be empty',
  ],
  ['takes a filter', logging('filter: { expression: "response.code >= 400" }')],
  ['takes a filter of any names', logging('filter: { expression: "f(a.b)" }')],
  [
    'refuses a filter that is no expression',
    logging('filter: { expression: "response.code >=" }'),
    'spec.accessLogging[0].filter.expression: not an expression of CEL: its end is not read where it stands',
  ],
  [
    'refuses a filter of nothing',
    logging('filter: { expression: " " }'),
    'spec.accessLogging[0].filter.expression: the expression must not be empty',
  ],
  [
    'refuses a filter without expression',
    logging('filter: {}'),
    'spec.accessLogging[0].filter.expression: "expression" is required',
  ],
];

describeVerdicts('Telemetry', cases);
describeFull('Telemetry', import.meta.dirname);
