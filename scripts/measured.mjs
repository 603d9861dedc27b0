// npm run bench | conformance | soak: builds what is not built, then loadtests/NAME.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const [name, ...args] = process.argv.slice(2);
if (!existsSync('/proc/self/stat')) {
  console.error(
    'The load tests read CPU time and memory from /proc, which this system does not have. Run them on Linux.',
  );
  process.exit(1);
}
const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
const build = spawnSync('node_modules/.bin/nx', ['run-many', '-t', 'build', '--output-style=static'], {
  encoding: 'utf8',
  env,
});
if (build.status !== 0) {
  console.error(`${build.error?.message ?? ''}${build.stdout ?? ''}${build.stderr ?? ''}`);
  console.error('The build failed; see above.');
  process.exit(1);
}
const run = spawnSync(process.execPath, [`loadtests/${name}/main.mjs`, ...args], { stdio: 'inherit' });
process.exit(run.status ?? 1);
