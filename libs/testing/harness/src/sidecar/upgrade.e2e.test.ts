/** The upgrade in place, under load: not one request fails, and the old process stands behind the new one. */

import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { sidecarNodeFlags } from '@weft/operator-launcher';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSidecarRig, type SidecarRig } from './rig.ts';

const patience = { timeout: 30_000, interval: 50 };
let rig: SidecarRig;

beforeAll(async () => {
  rig = await createSidecarRig();
  await rig.serve('app');
});

afterAll(() => rig?.stop());

/** Command lines of a sidecar's group: itself, its successors, their workers. */
function commandLines(group: number): readonly string[] {
  const all = execFileSync('ps', ['-A', '-o', 'pgid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => Number.parseInt(line, 10) === group && line.includes(rig.program));
}

const successors = (): number => rig.output().split('another process serves').length - 1;

test.each([
  ['one process', {}],
  ['two workers', { '--concurrency': '2' }],
])('two upgrades in a row of %s lose no request; the first process ends as the last one does', async (_, flags) => {
  rig.forgetOutput();
  const before = rig.plane.events.length;
  const sidecar = rig.start(flags);
  await rig.serving();
  const ended = new Promise((resolve) => sidecar.once('exit', resolve));
  const running = rig.load();
  for (const nth of [1, 2]) {
    sidecar.kill('SIGUSR2');
    await vi.waitFor(() => expect(successors(), rig.output()).toBe(nth), patience);
    await rig.serving();
  }
  // The last but one has let go of its connections too.
  await vi.waitFor(async () => expect(await rig.call(false)).toBe('200 app'), patience);
  const { done, failed } = await running.stop();
  expect(failed).toEqual([]);
  expect(done).toBeGreaterThan(500);
  const lines = commandLines(sidecar.pid ?? 0);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toContain(` ${sidecarNodeFlags.join(' ')} ${rig.program} `);
  expect(rig.plane.events.slice(before).filter((event) => event.includes('draining'))).toEqual([]);
  sidecar.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a successor that cannot start leaves the old one as it was', async () => {
  const flags = {};
  rig.forgetOutput();
  const sidecar = rig.start(flags);
  await rig.serving();
  const running = rig.load();
  renameSync(rig.program, `${rig.program}.good`);
  writeFileSync(rig.program, 'process.exit(7);');
  sidecar.kill('SIGUSR2');
  await vi.waitFor(() => expect(rig.output()).toContain('not upgraded; this process goes on'), patience);
  expect(rig.output()).toContain('it ended with code 7');
  renameSync(`${rig.program}.good`, rig.program);
  sidecar.kill('SIGUSR2');
  await vi.waitFor(() => expect(successors(), rig.output()).toBe(1), patience);
  const { failed } = await running.stop();
  expect(failed).toEqual([]);
  const ended = new Promise((resolve) => sidecar.once('exit', resolve));
  sidecar.kill('SIGTERM');
  expect(await ended).toBe(0);
});
