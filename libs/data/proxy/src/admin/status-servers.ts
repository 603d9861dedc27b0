/** The two ports that others look at: readiness (15021) and Prometheus (15090). */

import { type MetricRegistry, prometheusContentType } from '@weft/telemetry';
import type { HostPort } from '../session/node-description.ts';
import type { ListenOn } from '../workers/channel.ts';
import type { AppMetrics } from './app-metrics.ts';
import type { AskWorkers } from './ask-workers.ts';
import { metricsOfAll } from './metrics-of-all.ts';
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
  workers?: (() => AskWorkers | undefined) | undefined,
): SideServer {
  const answer = (): SideAnswer => prometheusAnswer(registry, app, workers);
  return createSideServer(flag, at, (request) => getOnly(request, '/stats/prometheus', answer), listenOn);
}

/** Our metrics, those of all processes added up, and the application's after them. */
export function prometheusAnswer(
  registry: MetricRegistry,
  app: AppMetrics | undefined,
  workers: (() => AskWorkers | undefined) | undefined,
): SideAnswer {
  const answer = metricsOfAll(registry, workers, prometheusContentType, (rendered) => rendered);
  if (app === undefined) return answer;
  const ours = answer.more ?? ((done: (text: string) => void) => done(answer.body));
  return { ...answer, body: '', more: (done) => ours((all) => app.read(all, (rest) => done(all + rest))) };
}

function getOnly(request: SideRequest, path: string, answer: () => SideAnswer): SideAnswer {
  if (request.path !== path) return text(404, `only ${path} is here\n`);
  if (request.method !== 'GET') return { ...text(405, `${path} takes GET\n`), headers: { allow: 'GET' } };
  return answer();
}
