// Closed-loop HTTP/1.1 load by wrk. Bounded in time and connections; loopback only.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../processes.mjs';
import { loadCore } from '../scenario.mjs';

export const wrk = which('wrk');
const taskset = which('taskset');

/** @returns what `wrkLoad` needs to send bodies of `bytes`; `folder` holds the script. */
export function uploadScript(folder, bytes) {
  const file = join(folder, 'upload.lua');
  writeFileSync(file, `wrk.method = "POST"\nwrk.body = string.rep("x", ${bytes})\n`);
  return file;
}

/** @returns {{requests, seconds, bytes, p50Ms, p99Ms, failed, failures}} of a run of `seconds` over `connections` keep-alive connections. */
export async function wrkLoad({ port, host, seconds, connections, path = '/', headers = [], script }) {
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '-H',
    `Host: ${host}`,
    ...headers.flatMap((header) => ['-H', header]),
    ...(script === undefined ? [] : ['-s', script]),
    `http://127.0.0.1:${port}${path}`,
  ];
  const [program, ...rest] = taskset === undefined ? [wrk, ...args] : [taskset, '-c', String(loadCore), wrk, ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.on('exit', resolve));
  const total = /(\d+) requests in ([\d.]+)(s|m)/.exec(text);
  if (total === null) throw new Error(`wrk did not finish: ${text}`);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  return {
    requests: Number(total[1]),
    bytes: bytesOf(/requests in [\d.]+\w+, ([\d.]+)(B|KB|MB|GB) read/.exec(text)),
    seconds: Number(total[2]) * (total[3] === 'm' ? 60 : 1),
    p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
    failures: [errors?.[0], bad > 0 ? `${bad} answers with another status` : undefined].filter(Boolean).join(', '),
    failed: bad + (errors === null ? 0 : errors.slice(1).reduce((sum, count) => sum + Number(count), 0)),
  };
}

function bytesOf(match) {
  if (match === null) return 0;
  return Number(match[1]) * { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }[match[2]];
}

function milliseconds(match) {
  if (match === null) return 0;
  return Number(match[1]) * { us: 0.001, ms: 1, s: 1000 }[match[2]];
}
