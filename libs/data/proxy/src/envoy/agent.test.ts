/** The agent with programs that stand in for Envoy: what starts, what ends, and what is said where it cannot. */

import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, systemClock, systemRandom } from '@weft/kernel';
import { patience } from '@weft/kernel/testing';
import { createLogger } from '@weft/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeControlPlane, startFakeControlPlane } from '../testing/fake-control-plane.ts';
import { createEnvoyAgent, type EnvoyAgent, type EnvoyAgentOptions } from './agent.ts';
import type { EnvoyExit } from './envoy-process.ts';
import { certificateWaitMs } from './first-certificate.ts';

let folder: string;
let plane: FakeControlPlane;
let agent: EnvoyAgent | undefined;
let exits: EnvoyExit[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-agent-'));
  plane = await startFakeControlPlane();
  writeFileSync(join(folder, 'token'), 'shop/order');
  writeFileSync(join(folder, 'root-cert.pem'), plane.ca.rootPem);
  exits = [];
});

afterEach(async () => {
  await agent?.stop();
  agent = undefined;
  plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that writes down how it was called, then does this. */
function program(script: string): string {
  const path = join(folder, 'envoy');
  writeFileSync(path, `#!/bin/sh\necho "$@" > ${join(folder, 'called')}\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function create(name: string, changes: Partial<EnvoyAgentOptions> = {}): EnvoyAgent {
  const anyPort = { host: '127.0.0.1', port: 0 };
  agent = createEnvoyAgent({
    mode: 'sidecar',
    workloadGroup: { namespace: 'shop', name: 'order' },
    xds: { host: '127.0.0.1', port: plane.port },
    xdsServerName: undefined,
    tokenDir: folder,
    address: '127.0.0.1',
    inbound: [],
    outbound: anyPort,
    gatewayBind: '127.0.0.1',
    ...{ admin: anyPort, readiness: anyPort, prometheus: anyPort },
    stateDir: join(folder, 'state'),
    accessLog: join(folder, 'access.log'),
    drainSeconds: 0,
    version: '0.0.0',
    ...{ clock: systemClock, random: systemRandom, log: createLogger({ name: 'test', level: 'silent' }) },
    logLevel: 'info',
    envoy: { program: name, args: ['--log-level', 'debug'], searchPath: folder },
    onExit: (exit) => void exits.push(exit),
    ...changes,
  });
  return agent;
}

describe('the agent of an Envoy', () => {
  it('starts it with a bootstrap that nobody else reads, and ends it', async () => {
    const running = create(program('echo logged; exec sleep 600'));
    await running.start();
    await vi.waitFor(() => expect(readFileSync(join(folder, 'access.log'), 'utf8')).toBe('logged\n'), patience);
    const bootstrap = join(folder, 'state', 'envoy.json');
    expect(readFileSync(join(folder, 'called'), 'utf8')).toMatch(`--config-path ${bootstrap}`);
    expect(statSync(bootstrap).mode & 0o777).toBe(0o600);
    expect(readFileSync(bootstrap, 'utf8')).not.toMatch(/PRIVATE KEY|shop\/order\n/);
    expect(running.notReady()).toBe('Envoy does not answer yet');
    const pid = running.pid() ?? 0;
    await running.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(exits).toEqual([]);
    expect(existsSync(join(folder, 'state', 'ads.sock'))).toBe(false);
  });

  it('has its socket elsewhere where the path of the state folder is too long for one, and takes that away', async () => {
    const running = create(program('exec sleep 600'), { stateDir: join(folder, 'x'.repeat(100)) });
    await running.start();
    const bootstrap = readFileSync(join(folder, 'x'.repeat(100), 'envoy.json'), 'utf8');
    const socket = /"path": "([^"]+ads\.sock)"/.exec(bootstrap)?.[1] ?? '';
    expect(socket.length).toBeLessThan(90);
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
    await running.stop();
    expect(existsSync(join(socket, '..'))).toBe(false);
  });

  it('finds it by its name in a folder of the search path', async () => {
    program('exit 7');
    await create('envoy').start();
    await vi.waitFor(() => expect(exits).toEqual([{ code: 7, signal: null }]), patience);
  });

  it('tells how Envoy ended by itself', async () => {
    await create(program('exit 7')).start();
    await vi.waitFor(() => expect(exits).toEqual([{ code: 7, signal: null }]), patience);
  });

  it('starts none where it is told to stop while it prepares that', async () => {
    const running = create(program('exec sleep 600'));
    const state = join(folder, 'state');
    const start = running.start();
    const isPreparing = (): boolean =>
      existsSync(join(state, 'ads.sock')) &&
      readdirSync(state).some((name) => name === 'envoy.json' || name.endsWith('.tmp'));
    while (!isPreparing()) await new Promise(setImmediate);
    await Promise.all([running.stop(), start]);
    expect(running.pid()).toBeUndefined();
    expect(existsSync(join(folder, 'called'))).toBe(false);
    expect(exits).toEqual([]);
  });

  it('says which program is missing, by name and by path', async () => {
    await expect(create('no-such-envoy').start()).rejects.toThrow(
      'there is no program no-such-envoy on the PATH: install Envoy, or name its path',
    );
    await expect(create(folder).start()).rejects.toThrow(`${folder} is no program`);
  });

  it('does not wait where the token is missing', async () => {
    rmSync(join(folder, 'token'));
    await expect(create(program('')).start()).rejects.toThrow(`${join(folder, 'token')} cannot be read`);
    expect(existsSync(join(folder, 'called'))).toBe(false);
  });

  it('names a port that is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const busy = create(program(''), { admin: { host: '127.0.0.1', port } });
    await expect(busy.start()).rejects.toThrow(`--admin: 127.0.0.1:${port} is in use by another process`);
    await new Promise((resolve) => other.close(resolve));
  });

  it('gives up where no control plane answers in time', async () => {
    plane.stop();
    const clock = createManualClock();
    const start = create(program(''), { clock }).start();
    const said = expect(start).rejects.toMatchObject({
      unreachable: true,
      message: expect.stringContaining(`from the control plane at 127.0.0.1:${plane.port}: start it`),
    });
    await vi.waitFor(() => expect(clock.pending()).toBeGreaterThan(0), patience);
    clock.advance(certificateWaitMs);
    await said;
  });
});
