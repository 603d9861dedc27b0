/** Several worker processes on one port: they share, they are replaced, they hear of everything, they end together. */

import { type ChildProcess, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSidecarRig, type SidecarRig } from './rig.ts';

/** Of `/clusters?format=json`. */
interface Clusters {
  readonly cluster_statuses: readonly {
    readonly host_statuses: readonly { readonly stats: readonly { readonly name: string; readonly value: string }[] }[];
  }[];
}

const patience = { timeout: 30_000, interval: 50 };
const callers = 40;

describe.skipIf(process.platform !== 'linux')('two workers', () => {
  let rig: SidecarRig;
  let sidecar: ChildProcess;

  beforeAll(async () => {
    rig = await createSidecarRig();
    await rig.serve('first');
    sidecar = rig.start({ '--concurrency': '2' });
    await rig.serving();
  });

  afterAll(() => rig?.stop());

  const workers = (): readonly number[] =>
    execFileSync('ps', ['-o', 'pid=', '--ppid', String(sidecar.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(Number);
  const callMany = (agent: Agent | false): Promise<readonly string[]> =>
    Promise.all(Array.from({ length: callers }, () => rig.call(agent)));
  const lines = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${rig.prometheusPort}/stats/prometheus`)).text();
    return Number(/^weft_access_log_lines_total (\d+)$/m.exec(text)?.[1]);
  };

  test('share the connections, and their metrics are one sum', async () => {
    const agent = new Agent({ keepAlive: true });
    const before = (await lines()) || 0;
    expect(new Set(await callMany(agent))).toEqual(new Set(['200 first']));
    // The kernel's list tears while sockets of others come and go: a line is missing or there twice. These connections stay.
    const shares = await vi.waitFor(() => {
      const found = workers().map((pid) => openConnections(pid, rig.proxyPort));
      expect(found).toHaveLength(2);
      expect(found[0]! + found[1]!).toBe(callers);
      return found;
    }, patience);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(await lines()).toBe(before + callers);
    agent.destroy();
  });

  test('are one to whoever looks at the admin port', async () => {
    const admin = `http://127.0.0.1:${rig.adminPort}`;
    const tap = await fetch(`${admin}/tap`);
    const requests = async (): Promise<number> => {
      const { cluster_statuses: clusters } = (await (await fetch(`${admin}/clusters?format=json`)).json()) as Clusters;
      const given = clusters.flatMap(({ host_statuses: hosts }) => hosts.flatMap(({ stats }) => stats));
      return given.filter(({ name }) => name === 'rq_total').reduce((sum, { value }) => sum + Number(value), 0);
    };
    const lineOf = async (): Promise<string | undefined> => {
      const stats = await (await fetch(`${admin}/stats?filter=weft_access_log_lines_total`)).text();
      return /: (\d+)$/m.exec(stats)?.[1];
    };
    const before = [await requests(), Number(await lineOf())];
    await callMany(false);
    expect([await requests(), Number(await lineOf())]).toEqual(before.map((count) => count + callers));
    const passed = await (await fetch(`${admin}/requests?since=60`)).text();
    expect(passed.trimEnd().split('\n').length).toBeGreaterThanOrEqual(callers);
    const reader = tap.body!.getReader();
    let seen = 0;
    while (seen < callers) seen += String(Buffer.from((await reader.read()).value!)).split('\n').length - 1;
    expect(seen).toBe(callers);
    await reader.cancel();
  });

  test('all take a new configuration', async () => {
    await rig.serve('second');
    await vi.waitFor(async () => expect(new Set(await callMany(false))).toEqual(new Set(['200 second'])), patience);
  });

  test('one that is killed is replaced, and no new connection is lost', async () => {
    const [victim, other] = workers();
    process.kill(victim!, 'SIGKILL');
    await vi.waitFor(() => expect(rig.output()).toContain('a worker ended; it is started again'), patience);
    expect(new Set(await callMany(false))).toEqual(new Set(['200 second']));
    const now = workers();
    expect(now).toHaveLength(2);
    expect(now).toContain(other);
    expect(now).not.toContain(victim);
    await rig.serving();
  });

  test('all drain: what is under way is finished, the port is closed, nobody is left', async () => {
    const running = rig.load();
    const pids = workers();
    await vi.waitFor(async () => expect(await lines()).toBeGreaterThan(500), patience);
    const ended = new Promise((resolve) => sidecar.once('exit', resolve));
    sidecar.kill('SIGTERM');
    expect(await ended).toBe(0);
    const { failed } = await running.stop();
    // Of connections: the callers go on past the end.
    expect(failed.filter((failure) => !/ECONNREFUSED|ECONNRESET|socket hang up/.test(failure))).toEqual([]);
    await vi.waitFor(() => {
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    }, patience);
  });
});

/** Established connections that a process has accepted on a port (proc(5)). */
function openConnections(pid: number, port: number): number {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const target = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
      if (target?.[1] !== undefined) inodes.add(target[1]);
    } catch {
      // Closed in between.
    }
  }
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hexPort}`) === true && state === '01')
    .filter((fields) => inodes.has(fields[9] ?? '')).length;
}
