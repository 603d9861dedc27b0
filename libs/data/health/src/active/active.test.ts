/** Active checks: thresholds, intervals, and what answers mean. */

import type { CheckedEndpoint, Cluster, Endpoint, HealthProbe, HealthSubject } from '@weft/data-runtime';
import { createManualClock } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { checkedEndpoint, createMutator } from '../testing/crowd.ts';
import { createActive, probesInFlightMax } from './active.ts';
import type { ProbeAnswer, ProbeRequest, ProbeSender } from './probe-sender.ts';
import { tcpAnswerBytesMax } from './run-check.ts';

const probe: HealthProbe = {
  timeoutMs: 1_000,
  intervalMs: 5_000,
  initialJitterMs: 0,
  intervalJitterMs: 0,
  intervalJitterPercent: 0,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  noTrafficIntervalMs: 60_000,
  noTrafficHealthyIntervalMs: 90_000,
  unhealthyIntervalMs: 7_000,
  unhealthyEdgeIntervalMs: 500,
  healthyEdgeIntervalMs: 600,
  reuseConnection: true,
  transportMatch: undefined,
  check: {
    kind: 'http',
    host: '',
    path: '/healthz',
    method: 'GET',
    headers: ['x-a', 'b'],
    headersToRemove: [],
    expectedStatuses: [],
    retriableStatuses: [429, 430],
    http2: false,
    send: undefined,
    receive: [],
    bodyBytesMax: 1_024,
  },
};
const cluster = {
  name: 'outbound|80||app.shop',
  service: { host: 'app.shop', name: 'app', namespace: 'shop' },
  http: { protocol: 'http1', multiplex: true },
  limits: { requestsPerConnectionMax: 0 },
  connectTimeoutMs: 10_000,
} as unknown as Cluster;

type Next = Partial<ProbeAnswer> | { readonly failure: string } | 'silence';

function setUp(change: Partial<HealthProbe> = {}, next: () => Next = () => ({}), endpoints = [checkedEndpoint(1)]) {
  const clock = createManualClock();
  const mutator = createMutator();
  const sent: { at: number; request: ProbeRequest; cluster: Cluster; endpoint: Endpoint }[] = [];
  let cancelled = 0;
  const passed: number[] = [];
  const sender: ProbeSender = {
    request(probed, endpoint, request, done) {
      sent.push({ at: clock.now(), request, cluster: probed, endpoint });
      const answer = next();
      if (answer === 'silence') {
        return () => {
          cancelled += 1;
        };
      }
      if ('failure' in answer) done(answer);
      else done({ status: 200, fields: [], trailers: [], body: Buffer.alloc(0), ...answer });
      return () => {};
    },
    connect(_cluster, _endpoint, send, onConnected, onData, onFailed) {
      const answer = next();
      if (answer === 'silence' || 'failure' in answer) onFailed('connect error: ECONNREFUSED');
      else {
        onConnected();
        if (send !== undefined) for (const part of parts(answer.body)) onData(part);
      }
      return () => {};
    },
  };
  const state = { traffic: true };
  const subject = {
    cluster,
    probes: [{ ...probe, ...change }],
    hasTraffic: () => state.traffic,
    tlsFor: () => undefined,
  } as unknown as HealthSubject;
  const active = createActive(
    { subject, sender, room: { inFlight: 0 }, onPass: ({ port }) => passed.push(port) },
    { clock, random: () => 0.5, change: mutator.change },
  );
  active.update(endpoints as readonly CheckedEndpoint[]);
  return { clock, mutator, sent, active, passed, state, endpoints, cancelled: () => cancelled };
}

/** Short answers come octet by octet. */
function parts(body: Buffer = Buffer.alloc(0)): readonly Buffer[] {
  return body.length > 16 ? [body] : [...body].map((octet) => Buffer.from([octet]));
}

/** Answers in turn, the last one for ever. */
const script = (...answers: Next[]): (() => Next) => {
  let at = 0;
  return () => answers[Math.min(at++, answers.length - 1)]!;
};

describe('an endpoint under checks', () => {
  it('is healthy with the first success, and unhealthy at once when it says so itself', () => {
    const { clock, mutator, passed } = setUp({}, script({}, { status: 503 }, {}));
    clock.advance(0);
    expect(mutator.log).toEqual(['1 degraded false', '1 checked true']);
    expect(passed).toEqual([1]);
    clock.advance(5_000);
    expect(mutator.said.get('1 checked')).toBe(false);
    clock.advance(7_000);
    expect(mutator.said.get('1 checked')).toBe(false);
    clock.advance(600);
    expect(mutator.said.get('1 checked')).toBe(true);
  });

  it('is unhealthy only after the threshold where it does not answer, or with a retriable status', () => {
    for (const bad of [{ failure: 'reset' }, { status: 429 }] as const) {
      const { clock, mutator, sent } = setUp({}, script({}, bad));
      clock.advance(5_000);
      clock.advance(500);
      expect(mutator.said.get('1 checked')).toBe(true);
      clock.advance(500);
      expect(mutator.said.get('1 checked')).toBe(false);
      expect(sent.map(({ at }) => at)).toEqual([0, 5_000, 5_500, 6_000]);
    }
  });

  it('that says in an answer to a request that it is not well is out at once, until checks pass again', () => {
    const { clock, mutator, active, endpoints } = setUp();
    clock.advance(0);
    const outcome = { status: 200, grpcStatus: undefined, local: undefined, latencyMs: 1 };
    active.observe?.(endpoints[0]!, { ...outcome, fields: ['x-envoy-upstream', '1'] });
    expect(mutator.said.get('1 checked')).toBe(true);
    active.observe?.(endpoints[0]!, { ...outcome, fields: ['x-envoy-immediate-health-check-fail', 'true'] });
    expect(mutator.said.get('1 checked')).toBe(false);
    expect(active.counters.get('health_check.passive_failure')).toBe(1);
    expect(active.reasonOf(endpoints[0]!)).toMatch(/immediate-health-check-fail$/);
    clock.advance(5_000);
    expect(mutator.said.get('1 checked')).toBe(false);
    clock.advance(600);
    expect(mutator.said.get('1 checked')).toBe(true);
  });

  it('that does not answer in time has failed', () => {
    const { clock, active, endpoints, cancelled } = setUp({}, () => 'silence');
    clock.advance(1_000);
    expect(cancelled()).toBe(1);
    expect(active.reasonOf(endpoints[0]!)).toBe('failed its health check: no answer within 1000 ms');
    expect(active.counters.get('health_check.network_failure')).toBe(1);
  });

  it('is checked rarely as long as its cluster has no traffic', () => {
    const run = setUp();
    run.state.traffic = false;
    run.clock.advance(90_000);
    expect(run.sent.map(({ at }) => at)).toEqual([0, 90_000]);
    const failing = setUp({}, () => ({ status: 500 }));
    failing.state.traffic = false;
    failing.clock.advance(60_000);
    expect(failing.sent.map(({ at }) => at)).toEqual([0, 60_000]);
  });

  it('is checked with jitter where that is asked for', () => {
    const { clock, sent } = setUp({ initialJitterMs: 100, intervalJitterMs: 1_000, intervalJitterPercent: 20 });
    clock.advance(10_000);
    expect(sent.map(({ at }) => at)).toEqual([50, 50 + 5_000 + 500 + 500]);
  });

  it('is asked as it and its check say, in a cluster with room of its own', () => {
    const endpoint = checkedEndpoint(1, {
      check: { port: 8_081, address: '', hostname: 'well.test', disabled: false },
    });
    const { clock, sent } = setUp({}, undefined, [endpoint]);
    clock.advance(0);
    expect(sent[0]).toMatchObject({
      request: {
        method: 'GET',
        authority: 'well.test',
        target: '/healthz',
        fields: ['user-agent', 'Envoy/HC', 'x-a', 'b'],
      },
      endpoint: { hostPort: '10.0.0.1:8081' },
      cluster: { http: { protocol: 'http1', multiplex: false } },
    });
    clock.advance(5_000);
    expect(sent[1]?.endpoint).toBe(sent[0]?.endpoint);
    const plain = setUp();
    plain.clock.advance(0);
    expect(plain.sent[0]?.request.authority).toBe('app.shop');
  });

  it('is left alone where EDS turns its checks off, or when it is gone', () => {
    const off = checkedEndpoint(1, { check: { port: 0, address: '', hostname: '', disabled: true } });
    expect(setUp({}, undefined, [off]).clock.pending()).toBe(0);
    const { clock, active } = setUp({}, () => 'silence');
    clock.advance(0);
    active.update([]);
    expect(clock.pending()).toBe(0);
  });

  it('waits where too many probes are under way', () => {
    const many = Array.from({ length: probesInFlightMax + 1 }, (_, index) => checkedEndpoint(index + 1));
    const { clock, sent } = setUp({}, () => 'silence', many);
    clock.advance(500);
    expect(sent).toHaveLength(probesInFlightMax);
    clock.advance(600);
    expect(sent.at(-1)?.endpoint.port).toBe(probesInFlightMax + 1);
  });
});

describe('an answer', () => {
  const verdict = (change: Partial<HealthProbe>, answer: Next): boolean | undefined => {
    const { clock, mutator } = setUp(change, () => answer);
    clock.advance(0);
    return mutator.said.get('1 checked');
  };
  const http = (change: object): Partial<HealthProbe> => ({
    check: { ...probe.check, ...change } as HealthProbe['check'],
  });

  it('over HTTP is good with an expected status and with the parts of the body in their order', () => {
    expect(verdict({}, { status: 204 })).toBe(false);
    expect(verdict(http({ expectedStatuses: [200, 300] }), { status: 204 })).toBe(true);
    const parts = http({ receive: [Buffer.from('ok'), Buffer.from('v2')] });
    expect(verdict(parts, { body: Buffer.from('ok, v2') })).toBe(true);
    expect(verdict(parts, { body: Buffer.from('v2 ok') })).toBe(false);
  });

  it('may say that the endpoint is degraded', () => {
    const { clock, mutator } = setUp({}, () => ({ fields: ['x-envoy-degraded', ''] }));
    clock.advance(0);
    expect(mutator.log).toEqual(['1 degraded true', '1 checked true']);
  });

  it('over gRPC is good when the service is SERVING', () => {
    const grpc: Partial<HealthProbe> = { check: { kind: 'grpc', service: 'shop.Orders', authority: '', headers: [] } };
    const body = (status: number): Buffer => Buffer.from([0, 0, 0, 0, 2, 8, status]);
    const trailers = ['grpc-status', '0'];
    expect(verdict(grpc, { body: body(1), trailers })).toBe(true);
    expect(verdict(grpc, { body: body(2), trailers })).toBe(false);
    expect(verdict(grpc, { body: body(1), trailers: ['grpc-status', '5'] })).toBe(false);
    expect(verdict(grpc, { fields: ['grpc-status', '12'] })).toBe(false);
    const { clock, sent } = setUp(grpc);
    clock.advance(0);
    expect(sent[0]).toMatchObject({
      cluster: { http: { protocol: 'http2' } },
      request: { method: 'POST', target: '/grpc.health.v1.Health/Check' },
    });
    expect(sent[0]?.request.body.toString('latin1')).toBe('\0\0\0\0\r\n\vshop.Orders');
  });

  it('over TCP is a connection, or what is expected to come', () => {
    const tcp = (receive: string): Partial<HealthProbe> => ({
      check: { kind: 'tcp', send: Buffer.from('ping'), receive: receive === '' ? [] : [Buffer.from(receive)] },
    });
    expect(verdict(tcp(''), {})).toBe(true);
    expect(verdict(tcp('PONG'), { body: Buffer.from('+PONG\r\n') })).toBe(true);
    expect(verdict(tcp(''), 'silence')).toBe(false);
  });

  it('over TCP keeps so many octets of an answer, and fails where more come', () => {
    const check = { kind: 'tcp', send: Buffer.from('ping'), receive: [Buffer.from('PONG')] } as const;
    const { mutator, clock, active, endpoints } = setUp({ check }, () => ({
      body: Buffer.alloc(tcpAnswerBytesMax + 1),
    }));
    clock.advance(0);
    expect(mutator.said.get('1 checked')).toBe(false);
    expect(active.reasonOf(endpoints[0]!)).toContain('the answer is not the expected one');
  });
});
