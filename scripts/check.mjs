// Everything that is checked without running the product: format, lint, types, layers, cycles, dead code, generated files.
import { spawnSync } from 'node:child_process';

const steps = [
  ['generated messages', ['node_modules/.bin/nx', 'run-many', '-t', 'generate', '--output-style=static']],
  ['format, lint, import cycles', ['node_modules/.bin/biome', 'ci', '--colors=off', '--error-on-warnings', '.']],
  ['types', ['node_modules/.bin/tsc', '-p', '.']],
  ['layer rules', ['node_modules/.bin/vitest', 'run', '--project', 'unit', 'scripts/layers.test.ts']],
  ['dead code', [process.execPath, 'scripts/dead-code.mjs']],
  ['generated documentation is current', [process.execPath, 'scripts/docs.mjs', '--check']],
  ['generated CustomResourceDefinitions are current', [process.execPath, 'scripts/crds.mjs', '--check']],
];

const failed = [];
for (const [name, [command, ...args]] of steps) {
  const started = performance.now();
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const good = run.status === 0;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (!good) {
    failed.push(name);
    console.log(`${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`);
  }
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join('; ')}`);
  process.exit(1);
}
