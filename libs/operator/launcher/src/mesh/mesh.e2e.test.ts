import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@weft/kernel';
import { bundleProgram, freePort } from '@weft/kernel/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LaunchError } from '../launch-error.ts';
import { layoutOf } from '../plan/layout.ts';
import { identityOf, isRunning, type ProcessIdentity } from '../process/identity.ts';
import { allGone } from '../process/leftovers.ts';
import { readRunFile } from '../process/run-file.ts';
import { createStubMesh, type StubMesh, type StubProcess, stubScript } from '../testing/stub-mesh.ts';
import { stopEverything } from './down.ts';

let dir: string;
let meshes: StubMesh[] = [];
let others: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weft-launcher-'));
});

afterEach(async () => {
  for (const mesh of meshes) await mesh.stop();
  for (const child of others) child.kill('SIGKILL');
  await stopEverything(systemClock, layoutOf(dir), 1_000);
  rmSync(dir, { recursive: true, force: true });
  meshes = [];
  others = [];
});

function meshOf(...stubs: StubProcess[]): StubMesh {
  const mesh = createStubMesh(dir, stubs);
  meshes.push(mesh);
  return mesh;
}

async function failureOf(promise: Promise<unknown>): Promise<LaunchError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof LaunchError) return error;
  throw new Error(`expected a LaunchError, not ${String(error)}`);
}

function recorded(): readonly ProcessIdentity[] {
  return readRunFile(layoutOf(dir).runFile)?.processes ?? [];
}

/** A launcher as a process of its own, ready. */
async function startLauncher(...stubs: string[]): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../testing/launcher-process.ts', import.meta.url));
  const outfile = await bundleProgram(program, join(dir, 'launcher.mjs'));
  const child = spawn(process.execPath, [outfile, dir, stubScript, ...stubs], { stdio: ['ignore', 'pipe', 'inherit'] });
  others.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

test('starts what others need first, and stops in stages', async () => {
  const mesh = meshOf(
    { name: 'order', port: await freePort(), after: ['postgres'] },
    { name: 'gateway', port: await freePort(), stopStage: 'gateway', after: ['order'] },
    { name: 'postgres', port: await freePort(), stopStage: 'database' },
  );
  await mesh.start();
  const processes = recorded();
  expect(processes).toHaveLength(3);
  await mesh.stop();
  expect(mesh.events.filter((event) => event.endsWith(' ready'))).toEqual([
    'postgres ready',
    'order ready',
    'gateway ready',
  ]);
  expect(mesh.events.filter((event) => event.endsWith(' stopped'))).toEqual([
    'gateway stopped',
    'order stopped',
    'postgres stopped',
  ]);
  expect(processes.some(isRunning)).toBe(false);
  expect(existsSync(layoutOf(dir).runFile)).toBe(false);
});

test('a child that dies before it is ready is named with its exit code, its log and its last lines', async () => {
  const mesh = meshOf({ name: 'order', port: await freePort(), env: { DIE_WITH: '7' } });
  const error = await failureOf(mesh.start());
  expect(error.code).toBe('child-died');
  expect(error.message).toBe(
    `order ended with exit code 7 before it was ready; its log is ${layoutOf(dir).logOf('order')}`,
  );
  expect(error.details).toEqual(['the last thing that it said']);
});

test('a program that is not there is said so', async () => {
  const mesh = meshOf({ name: 'order', port: await freePort(), command: join(dir, 'nothing') });
  const error = await failureOf(mesh.start());
  expect(error.message).toContain('there is no such program');
});

test('a child that never answers is given up after its time', async () => {
  const mesh = meshOf({ name: 'order', port: await freePort(), env: { MUTE: '1' }, readyTimeoutMs: 300 });
  const error = await failureOf(mesh.start());
  expect(error.code).toBe('child-not-ready');
  expect(error.message).toContain('did not answer within 0.3 s');
});

test('a busy port is named with who wants it and who has it', async () => {
  const port = await freePort();
  const squatter = createServer().listen(port, '127.0.0.1');
  try {
    const mesh = meshOf({ name: 'order', port });
    const error = await failureOf(mesh.start());
    expect(error.code).toBe('port-busy');
    expect(error.message).toContain(`port ${port} (for order) is in use`);
    if (process.platform === 'linux') expect(error.message).toContain(`(pid ${process.pid})`);
    expect(recorded()).toEqual([]);
  } finally {
    squatter.close();
  }
});

test('a child that is killed later is started again', async () => {
  const mesh = meshOf({ name: 'payment', port: await freePort() });
  await mesh.start();
  const [before] = recorded();
  const again = mesh.next('payment', 'ready');
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await again;
  const [after] = recorded();
  expect(after?.pid).not.toBe(before?.pid);
  expect(mesh.events).toContain('payment restarting');
});

test('a second start says who runs and how to stop it', async () => {
  const launcher = await startLauncher(`order=${await freePort()}`);
  const error = await failureOf(meshOf({ name: 'order', port: await freePort() }).start());
  expect(error.code).toBe('already-running');
  expect(error.message).toBe(
    `already running, pid ${launcher.pid}; \`npx weft down\` stops it, \`npx weft status\` shows it`,
  );
  expect(readRunFile(layoutOf(dir).runFile)?.launcher.pid).toBe(launcher.pid);
});

test('the next start ends what a killed launcher left, and takes its ports', async () => {
  const port = await freePort();
  const launcher = await startLauncher(`order=${port}`);
  const left = recorded();
  launcher.kill('SIGKILL');
  await new Promise((resolve) => launcher.once('exit', resolve));
  expect(left.every(isRunning)).toBe(true);
  const mesh = meshOf({ name: 'order', port });
  await mesh.start();
  expect(left.some(isRunning)).toBe(false);
  expect(mesh.notices.join()).toContain('ending 1 processes that an earlier run left: order');
});

test('down ends what a killed launcher left, also what its record had not been told', async () => {
  const launcher = await startLauncher(`order=${await freePort()}`, `payment=${await freePort()}`);
  const left = recorded();
  launcher.kill('SIGKILL');
  await new Promise((resolve) => launcher.once('exit', resolve));
  const { runFile } = layoutOf(dir);
  writeFileSync(runFile, JSON.stringify({ ...JSON.parse(readFileSync(runFile, 'utf8')), processes: [] }));
  const result = await stopEverything(systemClock, layoutOf(dir));
  if (process.platform === 'linux') {
    expect(result.leftovers).toHaveLength(2);
    expect(left.some(isRunning)).toBe(false);
  }
  expect(existsSync(runFile)).toBe(false);
});

test('down asks a running launcher to drain', async () => {
  const launcher = await startLauncher(`order=${await freePort()}`);
  const left = recorded();
  const result = await stopEverything(systemClock, layoutOf(dir));
  expect(result).toEqual({ ended: ['the mesh'], leftovers: [] });
  expect(left.some(isRunning)).toBe(false);
  expect(launcher.exitCode ?? launcher.signalCode).toBe(0);
});

test('a recycled pid is left alone', async () => {
  const innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  others.push(innocent);
  const pid = innocent.pid ?? 0;
  const record = { launcher: { pid, startTime: 'another' }, processes: [{ name: 'order', pid, startTime: 'another' }] };
  writeFileSync(layoutOf(dir).runFile, JSON.stringify(record));
  const mesh = meshOf({ name: 'order', port: await freePort() });
  await mesh.start();
  expect(identityOf(pid)).toBeDefined();
  expect(mesh.notices).toEqual([]);
});

test('a child that ignores every request to end is killed, at once by a second Ctrl-C', async () => {
  const mesh = meshOf({ name: 'order', port: await freePort(), env: { STUBBORN: '1' }, stopTimeoutMs: 60_000 });
  await mesh.start();
  const left = recorded();
  const stopped = mesh.stop();
  expect(left.every(isRunning)).toBe(true);
  mesh.kill();
  await stopped;
  expect(await allGone(systemClock, left, 2_000)).toBe(true);
});

test('a stop during the start ends it', async () => {
  const mesh = meshOf({ name: 'order', port: await freePort(), env: { MUTE: '1' } });
  const starting = mesh.next('order', 'starting');
  const start = failureOf(mesh.start());
  await starting;
  const left = recorded();
  await mesh.stop();
  expect((await start).code).toBe('not-running');
  expect(left.some(isRunning)).toBe(false);
});

test('a run folder that cannot be made is one sentence', async () => {
  writeFileSync(join(dir, 'file'), '');
  const mesh = createStubMesh(join(dir, 'file', 'weft'), []);
  const error = await failureOf(mesh.start());
  expect(error.code).toBe('no-permission');
  expect(error.message).toContain('cannot make the run folder');
});
