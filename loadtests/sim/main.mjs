// npm run sim: scenarios of libs/testing/sim, one after another on one core, each from its own seed; a failure prints the seed that repeats it. --help tells the usage.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../bench/bundle.mjs';
import { orEnd, readCommandLine } from '../command-line.mjs';

const flags = {
  minutes: { type: 'string', default: '1', takes: 'amount', value: 'N', says: 'the longest' },
  count: { type: 'string', takes: 'count', value: 'N', says: 'the most scenarios' },
  base: { type: 'string', value: 'N', says: 'the first seed; any where not given' },
  seed: { type: 'string', value: 'N', says: 'that one alone' },
  trace: { type: 'boolean', says: 'with --seed: prints what its wires did' },
  'keep-going': { type: 'boolean', says: 'goes on after a failure' },
};
const usage = 'npm run sim -- [OPTION...]: simulated scenarios, each from its own seed';
const { values } = orEnd(readCommandLine(process.argv.slice(2), { flags, usage }));

const folder = mkdtempSync(join(tmpdir(), 'weft-sim-'));
let runScenario;
try {
  ({ runScenario } = await import(
    pathToFileURL(await bundle(folder, 'sim', "export { runScenario } from '@weft/testing-sim';")).href
  ));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (values.seed !== undefined) {
  try {
    console.log(JSON.stringify(runScenario(Number(values.seed), values.trace ? console.log : undefined)));
    process.exit(0);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

const base = values.base === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.base);
const countMax = values.count ?? Number.POSITIVE_INFINITY;
const untilMs = performance.now() + values.minutes * 60_000;
const total = { requests: 0, answered: 0, arrivals: 0 };
const started = performance.now();
const cpu = process.cpuUsage();
let count = 0;
let failed = 0;
console.log(`seeds from ${base}`);
while (count < countMax && performance.now() < untilMs && (failed === 0 || values['keep-going'])) {
  try {
    const { requests, answered, arrivals } = runScenario(base + count);
    total.requests += requests;
    total.answered += answered;
    total.arrivals += arrivals;
  } catch (error) {
    failed += 1;
    console.error(values['keep-going'] ? error.message.split('\n').slice(0, 3).join('\n') : error.message);
  }
  count += 1;
}
const minutes = (performance.now() - started) / 60_000;
const used = process.cpuUsage(cpu);
const cpuMinutes = (used.user + used.system) / 60_000_000;
console.log(
  `${count} scenarios, ${failed} failed; ${(count / minutes).toFixed(0)} a minute (${(count / cpuMinutes).toFixed(0)} a minute of CPU); ` +
    `${total.requests} requests, ${total.answered} answered, ${total.arrivals} at the application`,
);
process.exit(failed === 0 ? 0 : 1);
