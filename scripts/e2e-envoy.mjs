// npm run e2e:envoy: the shop with stock Envoys as its sidecars. Builds what is not built; skipped with a printed reason where there is no Envoy.
import { spawnSync } from 'node:child_process';

const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
if (spawnSync('envoy', ['--version'], { stdio: 'ignore' }).status !== 0) {
  console.log('e2e:envoy skipped: no envoy on the PATH');
  console.log('0 passed, 0 failed');
  process.exit(0);
}
const build = spawnSync(
  process.execPath,
  ['node_modules/.bin/nx', 'run-many', '-t', 'build', '--output-style=static'],
  {
    encoding: 'utf8',
    env,
  },
);
if (build.status !== 0) {
  console.error(`${build.error?.message ?? ''}${build.stdout ?? ''}${build.stderr ?? ''}`);
  console.error('The build failed; see above.');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.envoy.config.ts', ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1);
