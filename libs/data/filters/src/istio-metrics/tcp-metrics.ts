/** Istio's four TCP metrics, for the TCP proxy. */

import type { ConnectionInfo, Exchange, TcpHandlerTable } from '@weft/data-runtime';
import type { Counter, Family, MetricRegistry } from '@weft/telemetry';
import type { ProxyLabels } from '../proxy-labels.ts';
import { tcpLabelNames, tcpLabelValues } from './labels.ts';
import { compileMetricChanges, type MetricChanges } from './metric-changes.ts';
import { type PairSource, pairOf } from './pair.ts';

export interface TcpMetrics {
  /** Each is missing where the mesh does not want it. */
  readonly opened: Counter | undefined;
  readonly closed: Counter | undefined;
  /** Bytes of answers. */
  readonly sentBytes: Counter | undefined;
  /** Bytes of requests. */
  readonly receivedBytes: Counter | undefined;
}

/**
 * Gives the places for one connection; a call resolves labels, so once per connection.
 * @param flag Envoy's response flag or "-". @param table what the listener asks for, the same object for all connections of a chain.
 */
export type IstioTcpMetrics = (
  source: PairSource & { readonly connection?: ConnectionInfo },
  flag: string,
  table?: Pick<TcpHandlerTable, 'metrics'>,
) => TcpMetrics;

export function createIstioTcpMetrics(deps: {
  readonly registry: MetricRegistry;
  readonly proxy: ProxyLabels;
}): IstioTcpMetrics {
  const { registry, proxy } = deps;
  const opened = registry.counter('istio_tcp_connections_opened_total', 'Connections opened.', tcpLabelNames);
  const closed = registry.counter('istio_tcp_connections_closed_total', 'Connections closed.', tcpLabelNames);
  const sent = registry.counter('istio_tcp_sent_bytes_total', 'Bytes sent as answers.', tcpLabelNames);
  const received = registry.counter('istio_tcp_received_bytes_total', 'Bytes received as requests.', tcpLabelNames);
  const compiled = new WeakMap<object, MetricChanges | undefined>();
  const changesOf = (table: Pick<TcpHandlerTable, 'metrics'>): MetricChanges | undefined => {
    if (table.metrics === undefined) return undefined;
    const known = compiled.get(table);
    if (known !== undefined) return known;
    const made = compileMetricChanges(table.metrics);
    compiled.set(table, made);
    return made;
  };
  return (source, flag, table = {}) => {
    const values = tcpLabelValues(pairOf(proxy, source, 'tcp', flag));
    const changes = changesOf(table);
    // Of an exchange a connection has these; an expression that reads more gives "unknown".
    const labels = changes?.values({ ...source, flag } as unknown as Exchange) ?? [];
    const placeOf = (family: Family<Counter>, name: string): Counter | undefined =>
      changes === undefined ? family.slot(values) : changes.place(family, name, tcpLabelNames, values, labels);
    return {
      opened: placeOf(opened, 'tcp_connections_opened_total'),
      closed: placeOf(closed, 'tcp_connections_closed_total'),
      sentBytes: placeOf(sent, 'tcp_sent_bytes_total'),
      receivedBytes: placeOf(received, 'tcp_received_bytes_total'),
    };
  };
}
