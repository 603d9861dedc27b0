import { describe, expect, it } from 'vitest';
import { parseLinkerdAnnotations } from '../kinds/linkerd/annotations.ts';
import { createModel } from '../model.ts';
import { parseDocuments } from '../parse.ts';
import { timesOfAnnotations, translateServiceProfile, translateTrafficSplit } from './linkerd.ts';
import { profileMatches } from './profile-condition.ts';

const host = 'order.shop.svc.cluster.local';

function profileOf(spec: string) {
  const text = `apiVersion: linkerd.io/v1alpha2\nkind: ServiceProfile\nmetadata: { name: ${host}, namespace: shop }\nspec: ${spec}\n`;
  const { resources, violations } = parseDocuments('f.yaml', text);
  expect(violations).toEqual([]);
  const [profile] = createModel(resources).byKind('ServiceProfile');
  if (profile === undefined) throw new Error('no profile');
  return translateServiceProfile(profile, 'cluster.local');
}

describe('a ServiceProfile', () => {
  it('without routes and overrides takes over nothing', () => {
    expect(profileOf('{}')).toEqual({ host, rules: [], notices: [] });
  });

  it('becomes a rule for each route and one for the rest', () => {
    const { rules, retryBudget } = profileOf(`
  routes:
    - { name: GET, condition: { method: get, pathRegex: "/orders/[^/]+" }, isRetryable: true, timeout: 250ms }
    - { name: POST, condition: { method: POST } }`);
    const route = [{ destination: { host } }];
    expect(rules).toEqual([
      {
        path: 'spec.routes[0]',
        rule: {
          name: 'GET',
          match: [{ method: { exact: 'GET' }, uri: { regex: '/orders/[^/]+' } }],
          route,
          timeoutMs: 250,
          retries: { attempts: 10, retryOn: '5xx' },
        },
      },
      {
        path: 'spec.routes[1]',
        rule: {
          name: 'POST',
          match: [{ method: { exact: 'POST' } }],
          route,
          timeoutMs: 10_000,
          retries: { attempts: 0 },
        },
      },
      { path: 'spec', rule: { route, retries: { attempts: 0 } } },
    ]);
    expect(retryBudget).toEqual({ retryRatio: 0.2, minRetriesPerSecond: 10, ttlMs: 10_000 });
  });

  it('retries nothing with a budget that a proxy does not take', () => {
    const { rules, retryBudget } = profileOf(
      '{ routes: [{ name: a, condition: { method: GET }, isRetryable: true }], retryBudget: { retryRatio: 1, minRetriesPerSecond: 1, ttl: 10ms } }',
    );
    expect(rules[0]?.rule.retries).toEqual({ attempts: 0 });
    expect(retryBudget).toBeUndefined();
  });

  it('retries what its classes call a failure', () => {
    const classes =
      '[{ condition: { status: { min: 429 } }, isFailure: true }, { condition: { status: { min: 404, max: 405 } } }]';
    const { rules } = profileOf(
      `{ routes: [{ name: a, condition: { method: GET }, isRetryable: true, responseClasses: ${classes} }] }`,
    );
    expect(rules[0]?.rule.retries?.retryOn).toBe('5xx,429');
  });

  it('sends all of its traffic to its overrides', () => {
    const { rules } = profileOf(
      '{ dstOverrides: [{ authority: "order-v1.shop.svc:8080", weight: 900m }, { authority: b.example, weight: 100m }, { authority: c.example, weight: 0 }] }',
    );
    expect(rules).toEqual([
      {
        path: 'spec',
        rule: {
          route: [
            { destination: { host: 'order-v1.shop.svc.cluster.local', port: { number: 8080 } }, weight: 900 },
            { destination: { host: 'b.example' }, weight: 100 },
          ],
          retries: { attempts: 0 },
        },
      },
    ]);
  });

  it('says which of its routes could not be done', () => {
    const { rules, notices } = profileOf(
      '{ routes: [{ name: a, condition: { all: [{ pathRegex: "/a.*" }, { pathRegex: ".*b" }] } }] }',
    );
    expect(rules.map(({ path }) => path)).toEqual(['spec']);
    expect(notices).toEqual([
      {
        path: 'spec.routes[0].condition',
        message: 'the condition asks more of one path or method than one match can say; the route is left out',
      },
    ]);
  });
});

describe('the condition of a ServiceProfile', () => {
  const method = (value: string) => ({ method: value });
  it.each([
    ['any', { any: [method('GET'), { pathRegex: '/a' }] }, [{ method: { exact: 'GET' } }, { uri: { regex: '/a' } }]],
    ['all', { all: [method('GET'), { pathRegex: '/a' }] }, [{ method: { exact: 'GET' }, uri: { regex: '/a' } }]],
    ['not', { not: method('GET') }, [{ withoutHeaders: { ':method': { exact: 'GET' } } }]],
    [
      'not a path, whatever its query',
      { not: { pathRegex: '/a' } },
      [{ withoutHeaders: { ':path': { regex: '(?:/a)(?:\\?.*)?' } } }],
    ],
    [
      'not any',
      { not: { any: [method('GET'), { pathRegex: '/a' }] } },
      [{ withoutHeaders: { ':method': { exact: 'GET' }, ':path': { regex: '(?:/a)(?:\\?.*)?' } } }],
    ],
    [
      'not all',
      { not: { all: [method('GET'), { pathRegex: '/a' }] } },
      [
        { withoutHeaders: { ':method': { exact: 'GET' } } },
        { withoutHeaders: { ':path': { regex: '(?:/a)(?:\\?.*)?' } } },
      ],
    ],
    ['not not', { not: { not: method('GET') } }, [{ method: { exact: 'GET' } }]],
    [
      'fields together',
      { method: 'GET', any: [{ pathRegex: '/a' }, { pathRegex: '/b' }] },
      [
        { method: { exact: 'GET' }, uri: { regex: '/a' } },
        { method: { exact: 'GET' }, uri: { regex: '/b' } },
      ],
    ],
  ])('%s is flat', (_name, condition, expected) => {
    expect(profileMatches(condition)).toEqual(expected);
  });

  it('has a bound of alternatives', () => {
    const any = { any: [method('A'), method('B')] };
    expect(profileMatches({ all: [any, any, any, any, any, any, any] })).toMatch(
      /^the condition has more than 64 alternatives/,
    );
  });
});

it('a TrafficSplit is one rule for the host that it splits', () => {
  const text =
    'apiVersion: split.smi-spec.io/v1alpha2\nkind: TrafficSplit\nmetadata: { name: s, namespace: shop }\nspec: { service: order, backends: [{ service: order-v1, weight: 90 }, { service: order-v2.other.svc, weight: 10 }, { service: off, weight: 0 }] }\n';
  const [split] = createModel(parseDocuments('f.yaml', text).resources).byKind('TrafficSplit');
  expect(split && translateTrafficSplit(split, 'cluster.local')).toEqual({
    host,
    rules: [
      {
        path: 'spec.backends',
        rule: {
          route: [
            { destination: { host: 'order-v1.shop.svc.cluster.local' }, weight: 90 },
            { destination: { host: 'order-v2.other.svc.cluster.local' }, weight: 10 },
          ],
        },
      },
    ],
  });
});

it.each([
  [{}, {}],
  [{ 'timeout.linkerd.io/request': '2s' }, { timeoutMs: 2_000 }],
  [
    { 'retry.linkerd.io/http': '5xx,429-430', 'retry.linkerd.io/limit': '2' },
    { retries: { attempts: 2, retryOn: 'refused-stream,5xx,429,430', backoffMs: 25 } },
  ],
  [
    {
      'retry.linkerd.io/http': 'gateway-error',
      'retry.linkerd.io/grpc': 'unavailable',
      'retry.linkerd.io/timeout': '1s',
    },
    {
      retries: {
        attempts: 1,
        retryOn: 'refused-stream,gateway-error,unavailable,504',
        backoffMs: 25,
        perTryTimeoutMs: 1_000,
      },
    },
  ],
])('the annotations %j are a rule with %j', (annotations, expected) => {
  const { retry, timeouts } = parseLinkerdAnnotations(annotations as Record<string, string>).value;
  expect(timesOfAnnotations(retry, timeouts)).toEqual(expected);
});
