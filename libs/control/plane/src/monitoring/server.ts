/** The monitoring port: readiness, metrics and the state of synchronisation, for scrapers; nothing secret, nothing that changes. */

import { type MetricRegistry, prometheusContentType } from '@weft/telemetry';
import { type FastifyInstance, fastify } from 'fastify';
import type { ProxyStatus } from '../operator-api/operator-view.ts';

export interface MonitoringView {
  readonly metrics: MetricRegistry;
  ready(): boolean;
  proxies(): readonly ProxyStatus[];
}

/** The server is not listening yet. */
export function createMonitoringServer(view: MonitoringView): FastifyInstance {
  const app = fastify({ logger: false, bodyLimit: 1024, forceCloseConnections: true });
  app.get('/ready', (_request, reply) =>
    reply.status(view.ready() ? 200 : 503).send(view.ready() ? 'ready\n' : 'starting\n'),
  );
  app.get('/metrics', (_request, reply) => reply.type(prometheusContentType).send(view.metrics.renderPrometheus()));
  app.get('/debug/syncz', () =>
    view.proxies().map(({ id, connectedAt, types }) => ({
      proxy: id,
      connectedAt,
      types: Object.fromEntries(Object.entries(types).map(([type, { state }]) => [type, state])),
    })),
  );
  return app;
}
