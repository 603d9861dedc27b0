#!/usr/bin/env node
// Runs the bundled command line; builds it where it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `weft: this is Node.js ${process.versions.node}, and weft needs 20.19 or newer; install a current version from https://nodejs.org`,
  );
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');
if (!existsSync(main)) {
  const nx = join(root, 'node_modules', '.bin', 'nx');
  if (!existsSync(nx)) {
    console.error(`weft: the dependencies are not installed; run "npm ci" in ${root}`);
    process.exit(1);
  }
  console.error('weft: building the command line (once)');
  const built = spawnSync(process.execPath, [nx, 'run-many', '-t', 'build', '-p', '@weft/cli'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
  });
  if (built.status !== 0) {
    console.error(`${built.stdout}${built.stderr}\nweft: the build failed; see above`);
    process.exit(1);
  }
}
nodeModule.enableCompileCache?.(join(root, 'node_modules', '.cache', 'weft-cli'));
await import(pathToFileURL(main).href);
