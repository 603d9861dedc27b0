// The load: wrk where it is installed, else a small generator of our own. Bounded in time and connections; loopback only.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { which } from './processes.mjs';

const loadCore = 1;
const wrk = which('wrk');
const taskset = which('taskset');

export const loadGenerator = wrk === undefined ? 'own' : 'wrk';

/** @returns {{requests, seconds, p50Ms, p99Ms, failed}} of a run of `seconds` over `connections` keep-alive connections. */
export function runLoad({ port, host, seconds, connections }) {
  return wrk === undefined
    ? ownLoad({ port, host, seconds, connections })
    : wrkLoad({ port, host, seconds, connections });
}

async function wrkLoad({ port, host, seconds, connections }) {
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '-H',
    `Host: ${host}`,
    `http://127.0.0.1:${port}/`,
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
    seconds: Number(total[2]) * (total[3] === 'm' ? 60 : 1),
    p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
    failed: bad + (errors === null ? 0 : errors.slice(1).reduce((sum, count) => sum + Number(count), 0)),
  };
}

function milliseconds(match) {
  if (match === null) return 0;
  return Number(match[1]) * { us: 0.001, ms: 1, s: 1000 }[match[2]];
}

async function ownLoad({ port, host, seconds, connections }) {
  const request = Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const latencies = [];
  let failed = 0;
  let running = true;
  const started = performance.now();
  const one = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let sentAt = 0;
      let seen = '';
      const send = () => {
        if (!running) return socket.end();
        sentAt = performance.now();
        seen = '';
        socket.write(request);
      };
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        seen += chunk.latin1Slice();
        const head = seen.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
        if (seen.length < head + 4 + length) return;
        if (!/^HTTP\/1\.1 [23]/.test(seen)) failed++;
        latencies.push(performance.now() - sentAt);
        send();
      });
      socket.on('error', () => failed++);
      socket.on('close', resolve);
    });
  const all = Array.from({ length: connections }, one);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  running = false;
  await Promise.all(all);
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return {
    requests: latencies.length,
    seconds: (performance.now() - started) / 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failed,
  };
}
