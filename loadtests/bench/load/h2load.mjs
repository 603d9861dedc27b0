// HTTP/2 load, and HTTP/1.1 at a fixed rate, by h2load. Bounded in time, streams and connections; loopback only.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../processes.mjs';
import { loadCore } from '../scenario.mjs';

export const h2load = which('h2load');

/**
 * @param rate requests a second in all; nothing: as fast as answers come. @param streams at a time on a connection.
 * @param warmUpSeconds before the measurement, with the same load: opening all connections at one moment is not part of it.
 * @returns {{requests, sent, seconds, p50Ms, p99Ms, maxMs, failed}}; `sent` counts the warm-up's too; times from the log of every request.
 */
export async function h2loadRun({
  folder,
  port,
  host,
  path,
  seconds,
  connections,
  streams = 1,
  http1 = false,
  rate,
  warmUpSeconds = 0,
  headers = [],
  body,
}) {
  const log = join(folder, `h2load-${port}.log`);
  rmSync(log, { force: true });
  const args = [`-c${connections}`, `-m${streams}`, `-D${seconds}`, '-t1', `--log-file=${log}`];
  if (http1) args.push('--h1');
  args.push('-H', `:authority: ${host}`);
  if (rate !== undefined) args.push(`--rps=${(rate / connections).toFixed(3)}`);
  if (warmUpSeconds > 0) args.push(`--warm-up-time=${warmUpSeconds}s`);
  if (body !== undefined) {
    const file = join(folder, 'h2load.body');
    writeFileSync(file, body);
    args.push('-d', file);
  }
  args.push(...headers.flatMap((header) => ['-H', header]), `http://127.0.0.1:${port}${path}`);
  const child = spawn('taskset', ['-c', String(loadCore), h2load, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  await new Promise((resolve) => child.on('exit', resolve));
  const total = /requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored/.exec(text);
  if (total === null) throw new Error(`h2load did not finish: ${text}`);
  const requests = Number(total[2]);
  const sent = (requests * (seconds + warmUpSeconds)) / seconds;
  return { requests, sent, seconds, failed: Number(total[3]) + Number(total[4]), ...timesOf(log) };
}

/** A line of the log: start in µs since the epoch, status, duration in µs. */
function timesOf(log) {
  const micros = [];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const duration = line.split('\t')[2];
    if (duration !== undefined) micros.push(Number(duration));
  }
  rmSync(log, { force: true });
  const sorted = Float64Array.from(micros).sort();
  const at = (share) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 1000;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
