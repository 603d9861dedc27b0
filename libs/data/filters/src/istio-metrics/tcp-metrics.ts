/** Istio's four TCP metrics, for the TCP proxy. */

import type { Counter, MetricRegistry } from '@weft/telemetry';
import type { ProxyLabels } from '../proxy-labels.ts';
import { tcpLabelNames, tcpLabelValues } from './labels.ts';
import { type PairSource, pairOf } from './pair.ts';

export interface TcpMetrics {
  readonly opened: Counter;
  readonly closed: Counter;
  /** Bytes of answers. */
  readonly sentBytes: Counter;
  /** Bytes of requests. */
  readonly receivedBytes: Counter;
}

/** Gives the places for one connection; a call resolves labels, so once per connection. @param flag Envoy's response flag or "-". */
export type IstioTcpMetrics = (source: PairSource, flag: string) => TcpMetrics;

export function createIstioTcpMetrics(deps: {
  readonly registry: MetricRegistry;
  readonly proxy: ProxyLabels;
}): IstioTcpMetrics {
  const { registry, proxy } = deps;
  const opened = registry.counter('istio_tcp_connections_opened_total', 'Connections opened.', tcpLabelNames);
  const closed = registry.counter('istio_tcp_connections_closed_total', 'Connections closed.', tcpLabelNames);
  const sent = registry.counter('istio_tcp_sent_bytes_total', 'Bytes sent as answers.', tcpLabelNames);
  const received = registry.counter('istio_tcp_received_bytes_total', 'Bytes received as requests.', tcpLabelNames);
  return (source, flag) => {
    const values = tcpLabelValues(pairOf(proxy, source, 'tcp', flag));
    return {
      opened: opened.slot(values),
      closed: closed.slot(values),
      sentBytes: sent.slot(values),
      receivedBytes: received.slot(values),
    };
  };
}
