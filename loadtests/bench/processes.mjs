// Starts processes pinned to a core and reads what they cost from /proc.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';

const clockTicksPerSecond = 100;

/** Path of a program on PATH (or in the sbin folders), or nothing. */
export function which(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

const taskset = which('taskset');

/** @param core number of the core that the process and its children stay on. Output goes to `logFile`. */
export function startOnCore(core, command, args, logFile, options = {}) {
  const log = createWriteStream(logFile, { flags: 'a' });
  const [program, ...rest] =
    taskset === undefined ? [command, ...args] : [taskset, '-c', String(core), command, ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.on('error', (error) => log.write(`${error.message}\n`));
  return child;
}

/** Moves this process with all its threads. */
export function stayOnCore(core) {
  if (taskset !== undefined) spawnSync(taskset, ['-acp', String(core), String(process.pid)]);
}

/** By itself or by a signal. */
export const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

export async function stopProcess(child) {
  if (hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
  await gone;
  clearTimeout(timer);
}

/** The process and all its descendants (nginx's workers, for one). */
function family(pid) {
  const parents = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended between the listing and the read.
    }
  }
  const found = [pid];
  for (let i = 0; i < found.length; i++) {
    for (const [child, parent] of parents) if (parent === found[i] && !found.includes(child)) found.push(child);
  }
  return found;
}

/** User and system time in microseconds, and resident memory in MB, of processes with their descendants. */
export function usageOf(children) {
  let cpuMicros = 0;
  let rssMb = 0;
  for (const pid of children.flatMap((child) => family(child.pid))) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpuMicros += ((Number(fields[11]) + Number(fields[12])) * 1e6) / clockTicksPerSecond;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    rssMb += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }
  return { cpuMicros, rssMb };
}

/** Resolves when `port` of 127.0.0.1 accepts a connection; rejects after `withinMs`. */
export function portOpen(port, withinMs) {
  const accepts = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  return until(accepts, () => `port ${port} did not open`, withinMs);
}

/** Resolves when a sidecar says on `port` that it is ready: one that listens may still wait for its certificate. */
export function ready(port, withinMs) {
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/healthz/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  return until(answers, () => `the sidecar with port ${port} did not become ready`, withinMs);
}

/** Resolves once `holds`; rejects after `withinMs` with what `complaint` says then. */
export async function until(holds, complaint, withinMs = 15_000) {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${complaint()} within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
