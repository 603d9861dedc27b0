/** What a proxy says of itself on the Prometheus port, read at each scrape. */

import type { ProxyParts } from './proxy-parts.ts';

export function addProxyMetrics(parts: ProxyParts, notReady: () => string | undefined): void {
  const { registry, session, manager } = parts;
  const ready = registry.gauge('weft_proxy_ready', '1: ready for traffic.', []).slot([]);
  const connected = registry.gauge('weft_control_plane_connected', '1: the stream is up.', []).slot([]);
  const expiry = registry
    .gauge('weft_certificate_expiry_timestamp_seconds', 'End of the validity of the own certificate; 0: none.', [])
    .slot([]);
  registry.onScrape(() => {
    ready.set(notReady() === undefined ? 1 : 0);
    connected.set(session.state().connected ? 1 : 0);
    expiry.set(Math.floor((manager.current()?.notAfterMs ?? 0) / 1000));
  });
}
