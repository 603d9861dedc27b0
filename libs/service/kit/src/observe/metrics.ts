/** What a service counts: Prometheus metrics of its edges. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
  readonly grpcServerDuration: Histogram<'method' | 'status'>;
  readonly grpcClientDuration: Histogram<'method' | 'status'>;
  readonly grpcClientRetries: Counter<'method'>;
  readonly breakerState: Gauge<'name'>;
  readonly outboxDelivered: Counter<'topic'>;
  readonly outboxFailed: Counter<'topic'>;
  readonly outboxInFlight: Gauge;
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(service: string, version: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service, version });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    httpDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers,
    }),
    grpcServerDuration: new Histogram({
      name: 'grpc_server_handling_seconds',
      help: 'Time that a call took here.',
      labelNames: ['method', 'status'],
      buckets,
      registers,
    }),
    grpcClientDuration: new Histogram({
      name: 'grpc_client_handling_seconds',
      help: 'Time that one attempt of a call took, as its caller sees it.',
      labelNames: ['method', 'status'],
      buckets,
      registers,
    }),
    grpcClientRetries: new Counter({
      name: 'grpc_client_retries_total',
      help: 'Attempts after the first.',
      labelNames: ['method'],
      registers,
    }),
    breakerState: new Gauge({
      name: 'circuit_breaker_open',
      help: '1 while the circuit is open, 0.5 half-open, 0 closed.',
      labelNames: ['name'],
      registers,
    }),
    outboxDelivered: new Counter({
      name: 'outbox_delivered_total',
      help: 'Messages whose handler settled them.',
      labelNames: ['topic'],
      registers,
    }),
    outboxFailed: new Counter({
      name: 'outbox_failed_attempts_total',
      help: 'Attempts that failed and will be repeated.',
      labelNames: ['topic'],
      registers,
    }),
    outboxInFlight: new Gauge({
      name: 'outbox_in_flight',
      help: 'Messages being delivered.',
      registers,
    }),
  };
}
