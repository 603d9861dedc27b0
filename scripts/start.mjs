// npm start [-- flags of weft up]: builds what is not built, then becomes `weft up`: one process, so that its signals are its own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nx = `${root}node_modules/.bin/nx`;
if (!existsSync(nx)) {
  console.error('The dependencies are not installed. Run: npm ci');
  process.exit(1);
}
const started = performance.now();
const build = spawnSync(process.execPath, [nx, 'run-many', '-t', 'build', '--output-style=static'], {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
});
if (build.status !== 0) {
  console.error(`${build.error?.message ?? ''}${build.stdout ?? ''}${build.stderr ?? ''}`);
  console.error('The build failed; see above.');
  process.exit(1);
}
console.log(`built (${((performance.now() - started) / 1000).toFixed(1)} s)`);

const program = new URL('../apps/cli/dist/main.js', import.meta.url);
// All is built already: it need not look again.
process.argv = [process.execPath, fileURLToPath(program), 'up', '--no-build', ...process.argv.slice(2)];
await import(program.href);
