/** The tables of both sidecars as a scenario's plan wants them. */

import {
  breaker,
  http1,
  limits,
  makeCluster,
  makeEndpoint,
  makeForward,
  makeRetry,
  makeRoute,
  makeTable,
  makeTarget,
} from '@weft/data-proxy/testing/http';
import type { Cluster, Endpoint, HttpFilter, HttpHandlerTable, Route, UpstreamTls } from '@weft/data-runtime';
import { meshTls } from '@weft/data-upstream/testing';
import type { Ledger } from '../scenario/ledger.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';

export const ports = { a: 15_001, b: 15_006, app: 8_080 } as const;

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };
/** An endpoint whose certificate a mishap may change. */
export type SimEndpoint = Changeable<Endpoint>;

export const freshTls = (): UpstreamTls => ({ ...meshTls });

/** Secured where the hop needs ALPN, or at random by the port. */
export function makePeer(plan: ScenarioPlan, port: number): SimEndpoint {
  const secured = plan.hop === 'weft-h2' || (plan.hop !== 'downstream' && port % 2 === 0);
  return makeEndpoint(port, { tls: secured ? freshTls() : undefined });
}

/** From A to B. */
export function makePeerCluster(plan: ScenarioPlan, endpoints: readonly Endpoint[]): Changeable<Cluster> {
  const protocol = plan.hop === 'weft-h2' ? 'http1' : plan.hop;
  return makeCluster(endpoints, {
    connectTimeoutMs: 400,
    http: {
      ...http1,
      protocol,
      multiplex: plan.hop === 'weft-h2',
      streamsMax: plan.streamsMax,
      pingIntervalMs: plan.pingIntervalMs,
      pingTimeoutMs: 1_000,
    },
    ...limitsOf(plan),
  });
}

/** From B to its application. */
export function makeAppCluster(plan: ScenarioPlan): Changeable<Cluster> {
  return makeCluster([makeEndpoint(ports.app)], {
    name: 'inbound|8080||',
    connectTimeoutMs: 400,
    http: {
      ...http1,
      protocol: plan.appHttp2 ? 'http2' : 'http1',
      streamsMax: plan.streamsMax,
      maxStreamDurationMs: plan.upstreamDurationMs,
    },
    ...limitsOf(plan),
  });
}

function limitsOf(plan: ScenarioPlan): Pick<Cluster, 'limits' | 'breakers'> {
  const max = plan.breakerMax;
  const one = () => breaker({ connectionsMax: max, pendingMax: max, requestsMax: max, retriesMax: max });
  return {
    limits: {
      ...limits,
      bufferBytesMax: plan.bufferBytesMax,
      requestsPerConnectionMax: plan.requestsPerConnectionMax,
      connectionDurationMaxMs: plan.connectionDurationMaxMs,
      idleTimeoutMs: plan.idleTimeoutMs === 0 ? 60_000 : plan.idleTimeoutMs,
      idleConnectionsMax: plan.idleConnectionsMax,
    },
    breakers: { default: one(), high: one() },
  };
}

/** One route that takes all. @param retries only the way out repeats. */
export function makeTheRoute(plan: ScenarioPlan, cluster: Cluster, retries: boolean): Route {
  const retry =
    retries && plan.retryOn !== 0
      ? makeRetry(plan.retryOn, {
          retriesMax: plan.retriesMax,
          perTryTimeoutMs: plan.perTryTimeoutMs,
          perTryIdleTimeoutMs: plan.perTryIdleTimeoutMs,
          backOffBaseMs: 10,
          backOffMaxMs: 50,
        })
      : undefined;
  return makeRoute(makeForward(makeTarget(cluster), { timeoutMs: plan.timeoutMs, retry }));
}

/** A listener of one sidecar. @param side counts its lines of the access log there. */
export function makeListener(
  plan: ScenarioPlan,
  route: () => Route,
  ledger: Ledger,
  side: 'a' | 'b',
  filters: readonly HttpFilter[],
): HttpHandlerTable {
  return makeTable(route, {
    filters,
    maxStreamDurationMs: plan.maxStreamDurationMs,
    requestTimeoutMs: plan.requestTimeoutMs,
    streamIdleTimeoutMs: plan.streamIdleTimeoutMs,
    idleTimeoutMs: plan.idleTimeoutMs,
    requestHeadersTimeoutMs: 3_000,
    requestsPerConnectionMax: side === 'b' ? plan.requestsPerConnectionMax : 0,
    connectionDurationMaxMs: plan.connectionDurationMaxMs,
    concurrentStreamsMax: plan.tableStreamsMax,
    http2: {
      initialStreamWindow: plan.window,
      initialConnectionWindow: 0,
      pingIntervalMs: plan.pingIntervalMs,
      pingTimeoutMs: 1_000,
      extendedConnect: true,
    },
    accessLogs: [
      {
        kind: 'sim',
        path: 'sim',
        wants: () => true,
        line(exchange) {
          const id = exchange.request.header('x-sim-id');
          const record = id === undefined ? undefined : ledger.requests[Number(id)];
          if (record !== undefined) record.logs[side] += 1;
          else if (exchange.errorCode === undefined) ledger.faults.push(`${side} logged a request that nobody sent`);
          return '';
        },
      },
    ],
  });
}
