/** The application's own metrics, read when ours are asked for and written after them (prometheus.io annotations merged, as Istio does). */

import { get } from 'node:http';
import type { MetricRegistry } from '@weft/telemetry';
import type { HostPort } from '../session/node-description.ts';

export const appMetricsLimits = {
  /** Octets of the application's answer; more of it is not taken. */
  answerBytesMax: 8 * 1024 * 1024,
  timeoutMs: 1_000,
} as const;

export interface AppMetrics {
  /** Calls back once: with text that may follow ours, empty where the application has none to give. */
  read(own: string, done: (text: string) => void): void;
}

export interface AppMetricsOptions {
  readonly at: HostPort;
  /** "/metrics". */
  readonly path: string;
  readonly registry: MetricRegistry;
  readonly timeoutMs?: number;
}

export function createAppMetrics(options: AppMetricsOptions): AppMetrics {
  const { at, path, registry, timeoutMs = appMetricsLimits.timeoutMs } = options;
  const scrapes = registry.counter('weft_app_metrics_scrapes_total', 'Readings of the application’s metrics.', [
    'outcome',
  ]);
  const folded = registry.counter(
    'weft_app_metric_families_dropped_total',
    'Families of the application that have the name of one of the proxy’s.',
    [],
  );
  return {
    read(own, done) {
      fetchText(at, path, timeoutMs, (text) => {
        scrapes.slot([text === undefined ? 'failed' : 'read']).add(1);
        const merged = withoutFamilies(text ?? '', familiesOf(own));
        if (merged.dropped > 0) folded.slot([]).add(merged.dropped);
        done(merged.text);
      });
    },
  };
}

/** @param done called once, with nothing for what failed, took too long or was too large. */
function fetchText(
  { host, port }: HostPort,
  path: string,
  timeoutMs: number,
  done: (text: string | undefined) => void,
): void {
  let over = false;
  const end = (text: string | undefined): void => {
    if (over) return;
    over = true;
    request.destroy();
    done(text);
  };
  const headers = { accept: 'text/plain;version=0.0.4' };
  const signal = AbortSignal.timeout(timeoutMs);
  const request = get({ host, port, path, headers, agent: false, signal }, (response) => {
    const parts: Buffer[] = [];
    let length = 0;
    if (response.statusCode !== 200) end(undefined);
    response.on('data', (part: Buffer) => {
      length += part.length;
      if (length > appMetricsLimits.answerBytesMax) end(undefined);
      else parts.push(part);
    });
    response.on('end', () => end(response.complete ? Buffer.concat(parts).toString('utf8') : undefined));
    response.on('error', () => end(undefined));
  });
  request.on('error', () => end(undefined));
}

const typeLine = /^# (?:TYPE|HELP|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*)/;

function familiesOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    const name = typeLine.exec(line)?.[1];
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** A family that stands twice would make the whole page invalid: ours stay. OpenMetrics' end mark goes too. */
function withoutFamilies(
  text: string,
  taken: ReadonlySet<string>,
): { readonly text: string; readonly dropped: number } {
  const kept: string[] = [];
  const dropped = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '' || line === '# EOF') continue;
    const name = typeLine.exec(line)?.[1] ?? familyOfSample(line, taken);
    if (name !== undefined && taken.has(name)) dropped.add(name);
    else kept.push(line);
  }
  return { text: kept.length === 0 ? '' : `${kept.join('\n')}\n`, dropped: dropped.size };
}

/** Samples of histograms and summaries have the family's name and a suffix. */
function familyOfSample(line: string, taken: ReadonlySet<string>): string | undefined {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined || taken.has(name)) return name;
  const base = name.replace(/_(?:bucket|sum|count|total|created)$/, '');
  return taken.has(base) ? base : name;
}
