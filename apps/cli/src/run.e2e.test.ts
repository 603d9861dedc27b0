/** `weft run` beside a real control plane: two local processes, each behind a sidecar of its own. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, systemClock } from '@weft/kernel';
import { freePort, freePorts } from '@weft/kernel/testing';
import { isRunning, layoutOf, type RunProcess, readRunFile } from '@weft/operator-launcher';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { repository, startWeft, type WeftProcess, watchProcess } from './testing/weft-process.ts';

let dir: string;
let started: WeftProcess[];
let globals: string[];
let xds: number;

beforeAll(() => {
  for (const app of ['control-plane', 'sidecar', 'cli']) {
    execFileSync(process.execPath, ['scripts/bundle.mjs', `apps/${app}`], { cwd: repository });
  }
});

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weft-run-'));
  started = [];
  mkdirSync(join(dir, 'mesh'));
  const [xdsPort = 0, monitoring = 0, api = 0] = await freePorts(3);
  xds = xdsPort;
  globals = ['--dir', dir, '--api', `127.0.0.1:${api}`];
  const layout = layoutOf(dir);
  const plane = watchProcess('the control plane', [
    join(repository, 'apps', 'control-plane', 'dist', 'main.js'),
    ...['--config-dir', join(dir, 'mesh'), '--state-dir', layout.controlPlane, '--token-dir', layout.tokens],
    ...['--xds', `127.0.0.1:${xds}`, '--monitoring', `127.0.0.1:${monitoring}`, '--api', `127.0.0.1:${api}`],
  ]);
  started.push(plane);
  await eventually('the control plane is ready', async () => {
    const answer = await fetch(`http://127.0.0.1:${monitoring}/ready`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status === 200;
  });
});

afterEach(async () => {
  for (const { child, ended } of started.reverse()) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

function weftRun(name: string, port: number, script: string): WeftProcess {
  const flags = ['--name', name, '--port', String(port), '--xds-port', String(xds)];
  const running = startWeft(['run', ...globals, ...flags, '--', process.execPath, '-e', script]);
  started.push(running);
  return running;
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = systemClock.monotonic() + 20_000;
  while (!(await holds())) {
    if (systemClock.monotonic() > until) {
      throw new Error(`${what}: not within 20 s\n${started.map(({ output }) => output()).join('\n')}`);
    }
    await delay(systemClock, 20);
  }
}

async function resources(): Promise<string> {
  const get = startWeft(['get', 'all', '-n', 'default', '-o', 'json', ...globals]);
  await get.ended;
  return get.output();
}

const processesOf = (name: string): readonly RunProcess[] =>
  readRunFile(layoutOf(dir).localRunFileOf('default', name))?.processes ?? [];

/** Answers with the headers that its sidecar gave it. */
const hello = `require('http').createServer((request, response) => response.end('hello ' + JSON.stringify(request.headers)))
  .listen(process.env.PORT, '127.0.0.1', () => console.log('hello listens'))`;

/** Asks for the address through the proxy of its environment, until it is answered. */
const asking = (url: string): string => `
  const proxy = new URL(process.env.http_proxy);
  const ask = () => require('http').get({ host: proxy.hostname, port: proxy.port, path: '${url}', headers: { host: '${new URL(url).host}' } }, (response) => {
    if (response.statusCode !== 200) return response.resume().on('end', () => setTimeout(ask, 50));
    response.setEncoding('utf8').on('data', (text) => console.log(text)).on('end', () => process.exit(7));
  });
  ask();`;

test('a local process is reached by its name from the sidecar of another, and leaves nothing behind', async () => {
  const [helloPort = 0, callerPort = 0] = await freePorts(2);
  const server = weftRun('hello', helloPort, hello);
  await server.said('hello listens');
  expect(await resources()).toContain('"WorkloadGroup"');

  const caller = weftRun('caller', callerPort, asking(`http://hello.default:${helloPort}/`));
  expect(await caller.ended, caller.output()).toBe(7);
  expect(caller.output()).toContain('hello {');

  const processes = processesOf('hello');
  expect(processes).toHaveLength(2);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(128 + 15);
  expect(processes.some(isRunning)).toBe(false);
  expect(readFileSync(layoutOf(dir).accessLogOf('hello.default-sidecar'), 'utf8')).toContain('"response_code":200');
  expect(JSON.parse(await resources())).toEqual({ items: [] });
}, 60_000);

test('a process that cannot be started is one sentence, and its sidecar goes with it', async () => {
  const port = await freePort();
  const flags = ['--name', 'ghost', '--port', String(port), '--xds-port', String(xds)];
  const running = startWeft(['run', ...globals, ...flags, '--', 'no-such-program']);
  started.push(running);
  expect(await running.ended).toBe(1);
  expect(running.output()).toContain('no-such-program could not be started: there is no such program');
  expect(JSON.parse(await resources())).toEqual({ items: [] });
  expect(processesOf('ghost')).toEqual([]);
}, 60_000);
