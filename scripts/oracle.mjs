// npm run oracle [-- AREA… | OPTIONS]: builds, then replays the oracle's cases and documents through our mesh.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const oracle = resolve(process.env.WEFT_ORACLE ?? '../shared/oracle');
if (!existsSync(`${oracle}/lab`)) {
  console.log(`There is no oracle at ${oracle}; name its folder with WEFT_ORACLE. Nothing was compared.`);
  process.exit(0);
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
const run = (args) => spawnSync(`${oracle}/lab`, args, { stdio: 'inherit', env }).status ?? 1;
const cases = run(['check', resolve('libs/testing/oracle/adapter'), ...process.argv.slice(2)]);
const documents =
  process.argv.length > 2 ? 0 : run(['check-validation', `node ${resolve('apps/cli/dist/main.js')} validate -f {}`]);
process.exit(cases === 0 && documents === 0 ? 0 : 1);
