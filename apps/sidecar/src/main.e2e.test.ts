import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram, freePort } from '@weft/kernel/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-sidecar-'));
  program = await bundleProgram(join(import.meta.dirname, 'main.ts'), join(folder, 'main.mjs'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function sidecarArgs(changes: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const flags: Record<string, string> = {
    '--workload-group': 'shop/order',
    '--token-dir': join(folder, 'none'),
    '--state-dir': join(folder, 'state'),
    '--xds': `127.0.0.1:${await freePort()}`,
  };
  for (const flag of ['--outbound', '--admin', '--readiness', '--prometheus']) {
    flags[flag] = `127.0.0.1:${await freePort()}`;
  }
  return Object.entries({ ...flags, ...changes }).flat();
}

function run(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout.resume();
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, ended, stderr: () => stderr };
}

describe('the sidecar process', () => {
  test('a wrong command line is one sentence and exit code 2', async () => {
    const { ended, stderr } = run(['--mode', 'sidecart']);
    expect(await ended).toBe(2);
    expect(stderr()).toBe('sidecar: --mode sidecart: give sidecar or gateway\n');
  });

  test('a busy port is a sentence that names flag and address, and exit code 1', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const flag of ['--outbound', '--admin', '--readiness', '--prometheus']) {
      const { ended, stderr } = run(await sidecarArgs({ [flag]: address }));
      expect(await ended).toBe(1);
      expect(stderr()).toContain(`sidecar: ${flag}: ${address} is in use by another process`);
    }
    server.close();
  });

  test('a state folder that is open to others is refused with what to do', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o755);
    const { ended, stderr } = run(await sidecarArgs({ '--state-dir': open }));
    expect(await ended).toBe(1);
    expect(stderr()).toBe(`sidecar: ${open} is open to others: run chmod 700 ${open}\n`);
  });

  test('without token and control plane it waits, says why it is not ready, and ends at once on SIGTERM', async () => {
    const args = await sidecarArgs();
    const readiness = args[args.indexOf('--readiness') + 1];
    const { child, ended } = run(args);
    const answer = await vi.waitFor(async () => fetch(`http://${readiness}/healthz/ready`), { timeout: 20_000 });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/^not ready: no configuration from the control plane yet: /);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('POST /quitquitquit ends it', async () => {
    const args = await sidecarArgs();
    const admin = args[args.indexOf('--admin') + 1];
    const { ended } = run(args);
    await vi.waitFor(async () => fetch(`http://${admin}/quitquitquit`, { method: 'POST' }), { timeout: 20_000 });
    expect(await ended).toBe(0);
  });
});
