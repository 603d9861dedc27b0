// npm test: the checks, the bundles, then every test that needs no container engine. Ends with "N passed, N failed".
import { spawnSync } from 'node:child_process';

const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
const run = (command, args) => spawnSync(command, args, { stdio: 'inherit', env }).status === 0;

const checked = run(process.execPath, ['scripts/check.mjs']);
const built = run('node_modules/.bin/nx', ['run-many', '-t', 'build', '--output-style=static']);
const tested = built && run('node_modules/.bin/vitest', ['run', ...process.argv.slice(2)]);
if (!checked) console.error('the checks failed; see above');
if (!built) console.error('the build failed; see above');
if (!checked || !built || !tested) {
  if (!built) console.log('0 passed, 1 failed');
  process.exit(1);
}
