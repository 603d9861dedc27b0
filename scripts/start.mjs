// npm start: builds what is not built, then `weft up`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync('node_modules/.bin/nx')) {
  console.error('The dependencies are not installed. Run: npm ci');
  process.exit(1);
}
const started = performance.now();
const build = spawnSync('node_modules/.bin/nx', ['run-many', '-t', 'build', '--output-style=static'], {
  encoding: 'utf8',
  env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
});
if (build.status !== 0) {
  console.error(`${build.error?.message ?? ''}${build.stdout ?? ''}${build.stderr ?? ''}`);
  console.error('The build failed; see above.');
  process.exit(1);
}
console.log(`built (${((performance.now() - started) / 1000).toFixed(1)} s)`);

const child = spawn(process.execPath, ['apps/cli/dist/main.js', 'up', ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to the child as well; this process only waits for it to have drained.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
