import { describe, expect, it } from 'vitest';
import { violationsOf } from '../../testing/verdict.ts';
import { parseAnnotationDuration } from './annotation-duration.ts';
import { parseLinkerdAnnotations } from './annotations.ts';
import { parsePortRanges } from './port-ranges.ts';

const read = (text: Record<string, string>) => parseLinkerdAnnotations(text);
const problemsOf = (text: Record<string, string>): string[] =>
  read(text).problems.map(({ annotation, message }) => `${annotation}: ${message}`);
const accrual = 'balancer.linkerd.io/failure-accrual';
const defaults = { maxFailures: 7, minPenaltyMs: 1_000, maxPenaltyMs: 60_000, jitterRatio: 0.5 };

describe('the annotations of Linkerd', () => {
  it('are nothing where there are none', () => {
    expect(read({ 'other.example/a': 'b' })).toEqual({ value: {}, problems: [] });
  });

  it.each([
    ['0', 0],
    ['10ms', 10],
    ['2s', 2_000],
    ['3m', 180_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['10', undefined],
    ['1.5s', undefined],
    ['-1s', undefined],
    ['1m30s', undefined],
    ['', undefined],
  ])('have the duration %j', (text, expected) => {
    expect(parseAnnotationDuration(text)).toBe(expected);
  });

  it('give retries with conditions, limit and time of a try', () => {
    const { value, problems } = read({
      'retry.linkerd.io/http': '5xx, gateway-error,404,400-401',
      'retry.linkerd.io/grpc': 'unavailable,internal',
      'retry.linkerd.io/limit': '3',
      'retry.linkerd.io/timeout': '300ms',
    });
    expect(problems).toEqual([]);
    expect(value.retry).toEqual({
      limit: 3,
      httpStatuses: [
        { min: 500, max: 599 },
        { min: 502, max: 504 },
        { min: 404, max: 404 },
        { min: 400, max: 401 },
      ],
      grpcStatuses: ['unavailable', 'internal'],
      perTryTimeoutMs: 300,
    });
  });

  it.each([
    [undefined, 1],
    ['0', 1],
    ['5', 5],
  ])('with the limit %j give %d more tries', (limit, expected) => {
    const text = {
      'retry.linkerd.io/http': '5xx',
      ...(limit === undefined ? {} : { 'retry.linkerd.io/limit': limit }),
    };
    expect(read(text).value.retry?.limit).toBe(expected);
  });

  it('give timeouts', () => {
    const text = {
      'timeout.linkerd.io/request': '2s',
      'timeout.linkerd.io/response': '1s',
      'timeout.linkerd.io/idle': '0',
    };
    expect(read(text).value.timeouts).toEqual({ requestMs: 2_000, responseMs: 1_000 });
  });

  it('give ports and a policy', () => {
    const { value } = read({
      'config.linkerd.io/opaque-ports': '25, 3306-3310',
      'config.linkerd.io/skip-outbound-ports': '',
      'config.linkerd.io/default-inbound-policy': 'cluster-authenticated',
    });
    expect(value).toEqual({
      opaquePorts: [
        { first: 25, last: 25 },
        { first: 3306, last: 3310 },
      ],
      skipOutboundPorts: [],
      defaultInboundPolicy: 'cluster-authenticated',
    });
  });

  it('give circuit breaking with its defaults', () => {
    expect(read({ [accrual]: 'consecutive' }).value.failureAccrual).toEqual({ mode: 'consecutive', ...defaults });
    expect(read({ [accrual]: 'unified' }).value.failureAccrual).toEqual({
      mode: 'unified',
      ...defaults,
      successRate: { threshold: 0.8, windowMs: 10_000, minRequests: 5 },
    });
  });

  it('give circuit breaking in all its fields', () => {
    const text = {
      [accrual]: 'unified',
      [`${accrual}-consecutive-max-failures`]: '0',
      [`${accrual}-consecutive-min-penalty`]: '2s',
      [`${accrual}-consecutive-max-penalty`]: '2m',
      [`${accrual}-consecutive-jitter-ratio`]: '1.5',
      'balancer.alpha.linkerd.io/failure-accrual-success-rate-threshold': '0.9',
      'balancer.alpha.linkerd.io/failure-accrual-success-rate-window': '30s',
      'balancer.alpha.linkerd.io/failure-accrual-success-rate-min-requests': '20',
    };
    expect(read(text)).toEqual({
      value: {
        failureAccrual: {
          mode: 'unified',
          maxFailures: 0,
          minPenaltyMs: 2_000,
          maxPenaltyMs: 120_000,
          jitterRatio: 1.5,
          successRate: { threshold: 0.9, windowMs: 30_000, minRequests: 20 },
        },
      },
      problems: [],
    });
  });

  it.each([
    [
      { 'retry.linkerd.io/http': '6xx' },
      'retry.linkerd.io/http: "6xx" is not a status, a range of them, 5xx or gateway-error',
    ],
    [
      { 'retry.linkerd.io/http': '505-500' },
      'retry.linkerd.io/http: "505-500" is not a status, a range of them, 5xx or gateway-error',
    ],
    [
      { 'retry.linkerd.io/grpc': 'unknown' },
      'retry.linkerd.io/grpc: "unknown" is not one of cancelled, deadline-exceeded, internal, resource-exhausted, unavailable',
    ],
    [{ 'retry.linkerd.io/limit': 'many' }, 'retry.linkerd.io/limit: "many" is not a whole number from 0 to 65535'],
    [
      { 'timeout.linkerd.io/idle': '1.5s' },
      'timeout.linkerd.io/idle: "1.5s" is not a duration; write a whole number with ms, s, m, h or d',
    ],
    [
      { 'config.linkerd.io/default-inbound-policy': 'allow' },
      'config.linkerd.io/default-inbound-policy: "allow" is not one of all-unauthenticated, all-authenticated, cluster-unauthenticated, cluster-authenticated, deny, audit',
    ],
    [{ [accrual]: 'always' }, `${accrual}: "always" is not one of consecutive, unified`],
    [
      { [accrual]: 'consecutive', [`${accrual}-consecutive-min-penalty`]: '2m' },
      `${accrual}-consecutive-min-penalty: the least penalty is over the most`,
    ],
    [
      { [accrual]: 'consecutive', [`${accrual}-consecutive-jitter-ratio`]: '101' },
      `${accrual}-consecutive-jitter-ratio: "101" is not a number from 0 to 100`,
    ],
    [
      { [accrual]: 'unified', 'balancer.alpha.linkerd.io/failure-accrual-success-rate-window': '1ms' },
      'balancer.alpha.linkerd.io/failure-accrual-success-rate-window: a window is at least 10ms',
    ],
  ])('%j are told of', (text, expected) => {
    expect(problemsOf(text as Record<string, string>)).toEqual([expected]);
    expect(read(text as Record<string, string>).value.failureAccrual).toBeUndefined();
  });

  it('that cannot be read are a warning at their place', () => {
    const text =
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, annotations: { timeout.linkerd.io/request: soon } }\nspec: { ports: [{ port: 80 }] }\n';
    expect(violationsOf(text)).toEqual([
      'warning: metadata.annotations["timeout.linkerd.io/request"]: "soon" is not a duration; write a whole number with ms, s, m, h or d',
    ]);
  });
});

it.each([
  ['', []],
  ['1', [{ first: 1, last: 1 }]],
  ['1-65535', [{ first: 1, last: 65_535 }]],
  ['0', undefined],
  ['2-1', undefined],
  ['65536', undefined],
  ['a', undefined],
  ['1-2-3', undefined],
  [Array.from({ length: 101 }, () => '1').join(','), undefined],
])('the list of ports %j', (text, expected) => {
  expect(parsePortRanges(text)).toEqual(expected);
});
