/** The control plane's own metrics, under istiod's names where it has them. */

import { createMetricRegistry, type MetricRegistry } from '@weft/telemetry';
import { shortTypeName } from '@weft/xds-protocol';

export interface PlaneMetrics {
  readonly registry: MetricRegistry;
  pushed(typeUrl: string): void;
  rejected(typeUrl: string): void;
  certificate(outcome: string): void;
  round(elapsedMs: number): void;
}

/** @param streams how many are open now. */
export function createPlaneMetrics(streams: () => number): PlaneMetrics {
  const registry = createMetricRegistry();
  const connected = registry.gauge('pilot_xds', 'xDS streams open.', []);
  const pushes = registry.counter('pilot_xds_pushes', 'xDS responses sent.', ['type']);
  const rejects = registry.counter('pilot_total_xds_rejects', 'xDS responses refused by a proxy.', ['type']);
  const certificates = registry.counter('citadel_server_csr_count', 'Certificate requests by outcome.', ['outcome']);
  const rounds = registry.histogram(
    'weft_compile_round_milliseconds',
    'Time to compile and hand over a change for all proxies.',
    [],
    [1, 5, 10, 25, 50, 100, 250, 500, 1000],
  );
  registry.onScrape(() => connected.slot([]).set(streams()));
  return {
    registry,
    pushed: (typeUrl) => pushes.slot([shortTypeName(typeUrl)]).add(1),
    rejected: (typeUrl) => rejects.slot([shortTypeName(typeUrl)]).add(1),
    certificate: (outcome) => certificates.slot([outcome]).add(1),
    round: (elapsedMs) => rounds.slot([]).observe(elapsedMs),
  };
}
