import { expect, it } from 'vitest';
import { type Case, describeFull, describeVerdicts, violationsOf } from '../../../testing/verdict.ts';

const shortName =
  'warning: metadata.name: the name of a ServiceProfile is that of its service in full, as in "order.shop.svc.cluster.local"';
const route = (fields: string): string => `routes: [{ name: a, ${fields} }]`;
const at = 'spec.routes[0]';

const cases: Case[] = [
  ['may say nothing', '{}', shortName],
  ['needs a condition', 'routes: [{ name: a }]', `${at}.condition: "condition" is required`],
  [
    'refuses a condition that says nothing',
    route('condition: {}'),
    `${at}.condition: one of pathRegex, method, all, any and not is required`,
  ],
  [
    'refuses such a condition within another',
    route('condition: { not: {} }'),
    `${at}.condition.not: one of pathRegex, method, all, any and not is required`,
  ],
  [
    'refuses what is no RE2',
    route('condition: { pathRegex: "(" }'),
    `${at}.condition.pathRegex: not a regex of RE2 syntax: error parsing regexp: missing closing ): \`(\``,
  ],
  [
    'refuses a range upside down',
    route('condition: { method: GET }, responseClasses: [{ condition: { status: { min: 500, max: 400 } } }]'),
    `${at}.responseClasses[0].condition.status: min is over max`,
  ],
  [
    'refuses a status out of range',
    route('condition: { method: GET }, responseClasses: [{ condition: { status: { min: 50 } } }]'),
    `${at}.responseClasses[0].condition.status.min: status code 50 is not in the range 100 to 599`,
  ],
  [
    'refuses a time limit of 0',
    route('condition: { method: GET }, timeout: 0s'),
    `${at}.timeout: the duration 0s must be more than 0`,
    shortName,
  ],
  [
    'warns where a POST is repeated',
    route('condition: { method: POST }, isRetryable: true'),
    shortName,
    `warning: ${at}.isRetryable: a POST is repeated: make sure that it can be done twice`,
  ],
  [
    'warns of a budget that a proxy does not take',
    'retryBudget: { retryRatio: 0.2, minRetriesPerSecond: 1, ttl: 10ms }',
    shortName,
    'warning: spec.retryBudget.ttl: a budget with a ttl outside of 1s to 60s is not used: there are no retries',
  ],
  [
    'needs the whole budget',
    'retryBudget: { retryRatio: 0.2 }',
    'spec.retryBudget.minRetriesPerSecond: "minRetriesPerSecond" is required',
    'spec.retryBudget.ttl: "ttl" is required',
  ],
  [
    'refuses a negative ratio',
    'retryBudget: { retryRatio: -1, minRetriesPerSecond: 1, ttl: 1s }',
    'spec.retryBudget.retryRatio: retryRatio must not be negative',
  ],
  [
    'refuses overrides without weight',
    'dstOverrides: [{ authority: a.b, weight: 0 }]',
    'spec.dstOverrides: total destination weight = 0',
    shortName,
  ],
  [
    'refuses a weight that is none',
    'dstOverrides: [{ authority: a.b, weight: half }]',
    'spec.dstOverrides[0].weight: a weight is a whole number, or thousandths as in "500m"',
  ],
  [
    'refuses an authority with a path',
    'dstOverrides: [{ authority: a.b/c, weight: 1 }]',
    'spec.dstOverrides[0].authority: "a.b/c" is not a host name with or without a port',
  ],
  [
    'refuses ports that are none',
    'opaquePorts: ["70000"]',
    'spec.opaquePorts[0]: "70000" is not a list of ports and ranges, as in "25,3306-3310", of at most 100',
    shortName,
  ],
  [
    'helps with a mistyped field',
    route('condition: { method: GET }, isRetriable: true'),
    `${at}.isRetriable: unknown field "isRetriable"; did you mean "isRetryable"?`,
    shortName,
  ],
];

describeFull('ServiceProfile', import.meta.dirname);
describeVerdicts('ServiceProfile', cases);

it('a ServiceProfile of v1alpha1 is read too', () => {
  const text =
    'apiVersion: linkerd.io/v1alpha1\nkind: ServiceProfile\nmetadata: { name: a.b.svc.cluster.local }\nspec: {}\n';
  expect(violationsOf(text)).toEqual([]);
});
