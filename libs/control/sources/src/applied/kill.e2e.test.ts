/** What the operator API acknowledged survives SIGKILL of the process at any moment. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createManualClock, createSeededRandom } from '@weft/kernel';
import { bundleProgram } from '@weft/kernel/testing';
import { expect, it } from 'vitest';
import { silentLogger, temporaryFolder } from '../testing/fixtures.ts';
import { createAppliedSource } from './applied-source.ts';

/** Applies two services with one port, ever higher, and prints each port when it was accepted. */
const writer = `
import { systemClock } from '@weft/kernel';
import { createAppliedSource } from './libs/control/sources/src/applied/applied-source.ts';
import { serviceText } from './libs/control/sources/src/testing/fixtures.ts';
const [dir, first] = process.argv.slice(2);
const logger = { info() {}, warn() {} };
const source = createAppliedSource({ dir, clock: systemClock, logger, onChange() {} });
await source.start();
for (let port = Number(first); ; port++) {
  source.put(serviceText('a', port) + '---\\n' + serviceText('b', port));
  process.stdout.write(port + '\\n');
  await new Promise(setImmediate);
}
`;

const lives = 8;
const seed = Number(process.env['WEFT_KILL_SEED'] ?? 20_261_121);

it(`keeps what was acknowledged, and both services of a change, over ${lives} kills (seed ${seed})`, async () => {
  const random = createSeededRandom(seed);
  const folder = temporaryFolder();
  const script = await bundleProgram({ text: writer, folder: process.cwd() }, join(folder, 'writer.mjs'));
  const dir = join(folder, 'applied');
  let reached = 1;
  for (let life = 0; life < lives; life++) {
    const child = spawn(process.execPath, [script, dir, String(reached)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const killAfter = 1 + Math.floor(random() * 12);
    let acknowledged = reached - 1;
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      lines += 1;
      if (lines === killAfter) child.kill('SIGKILL');
    }
    const source = createAppliedSource({ dir, clock: createManualClock(), logger: silentLogger, onChange: () => {} });
    await source.start();
    const ports = source.resources().map((one) => (one.kind === 'Service' ? one.spec.ports[0]?.port : undefined));
    expect(ports[0], `life ${life}`).toBe(ports[1]);
    expect([acknowledged, acknowledged + 1], `life ${life}`).toContain(ports[0]);
    reached = (ports[0] ?? 0) + 1;
  }
}, 120_000);
