/** The two ports that others look at: readiness (15021) and Prometheus (15090). */

import { type MetricRegistry, prometheusContentType } from '@weft/telemetry';
import type { HostPort } from '../session/node-description.ts';
import type { ListenOn } from '../workers/channel.ts';
import type { AppMetrics } from './app-metrics.ts';
import { createSideServer, type SideAnswer, type SideRequest, type SideServer, text } from './side-server.ts';

/** `GET /healthz/ready`: 200, or 503 with the reason. @param notReady nothing when it is ready. */
export function createReadinessServer(
  flag: string,
  at: HostPort,
  notReady: () => string | undefined,
  listenOn?: ListenOn,
): SideServer {
  const answer = (): SideAnswer => {
    const problem = notReady();
    return problem === undefined ? text(200, 'ready\n') : text(503, `not ready: ${problem}\n`);
  };
  return createSideServer(flag, at, (request) => getOnly(request, '/healthz/ready', answer), listenOn);
}

/** `GET /stats/prometheus`. @param app its metrics follow ours; nothing: it has none. */
export function createPrometheusServer(
  flag: string,
  at: HostPort,
  registry: MetricRegistry,
  app?: AppMetrics,
  listenOn?: ListenOn,
): SideServer {
  const answer = (): SideAnswer => prometheusAnswer(registry, app);
  return createSideServer(flag, at, (request) => getOnly(request, '/stats/prometheus', answer), listenOn);
}

/** Our metrics, and the application's after them. */
export function prometheusAnswer(registry: MetricRegistry, app: AppMetrics | undefined): SideAnswer {
  const body = registry.renderPrometheus();
  const answer = { status: 200, contentType: prometheusContentType, body };
  return app === undefined ? answer : { ...answer, more: (done) => app.read(body, done) };
}

function getOnly(request: SideRequest, path: string, answer: () => SideAnswer): SideAnswer {
  if (request.path !== path) return text(404, `only ${path} is here\n`);
  if (request.method !== 'GET') return { ...text(405, `${path} takes GET\n`), headers: { allow: 'GET' } };
  return answer();
}
