/** The metrics of this process, or of all that do its work, as one answer. */

import type { MetricRegistry } from '@weft/telemetry';
import { mergeMetrics } from '../workers/merge-metrics.ts';
import type { AskWorkers } from './ask-workers.ts';
import type { SideAnswer } from './side-server.ts';

/** @param workers gives nothing: this process does all the work. @param form makes the body of Prometheus' text format. */
export function metricsOfAll(
  registry: MetricRegistry,
  workers: (() => AskWorkers | undefined) | undefined,
  contentType: string,
  form: (rendered: string) => string,
): SideAnswer {
  const own = registry.renderPrometheus();
  const ask = workers?.();
  if (ask === undefined) return { status: 200, contentType, body: form(own) };
  const more = (done: (text: string) => void): void =>
    ask.metrics((texts) => done(form(mergeMetrics([own, ...texts]))));
  return { status: 200, contentType, body: '', more };
}
