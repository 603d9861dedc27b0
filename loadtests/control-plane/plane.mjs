// The built control plane with a generated model, and what it costs.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../bench/free-ports.mjs';
import { usageOf } from '../bench/processes.mjs';

/** As the manifest of the control plane sets it. */
const manifestEnv = { MALLOC_MMAP_THRESHOLD_: '131072' };
const startWithinMs = 180_000;
const encodingsIdleMs = 11_000;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param nodeArgs for the process, such as --cpu-prof. */
export async function startPlane({ folder, model, nodeArgs = [] }) {
  const [xds, clear, monitoring, api] = await freePorts(4);
  const at = (port) => `127.0.0.1:${port}`;
  const state = join(folder, 'state');
  const memoryFile = join(folder, 'memory');
  const log = createWriteStream(join(folder, 'plane.log'), { flags: 'a' });
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...nodeArgs,
      `--import=${new URL('./collect.mjs', import.meta.url)}`,
      'apps/control-plane/dist/main.js',
      ...['--config-dir', model, '--state-dir', state, '--log-level', 'warn'],
      ...['--xds', at(xds), '--xds-clear', at(clear), '--monitoring', at(monitoring), '--api', at(api)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...manifestEnv, WEFT_BENCH_MEMORY: memoryFile } },
  );
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  for (;;) {
    if (ended) throw new Error(`the control plane ended; see ${folder}/plane.log`);
    const ready = await fetch(`http://${at(monitoring)}/ready`).catch(() => undefined);
    if (ready?.status === 200) break;
    if (performance.now() - startedAt > startWithinMs) throw new Error('the control plane did not become ready');
    await sleep(20);
  }
  const startMs = performance.now() - startedAt;
  const token = readFileSync(join(state, 'operator-token'), 'utf8').trim();
  return {
    child,
    port: clear,
    startMs,
    cpuSeconds: () => usageOf([child]).cpuMicros / 1e6,
    /** What lives after everything unused was collected, MB, and the parts of it in V8's heap and in buffers: the lowest of some looks. */
    async memory() {
      // Encodings that were shared are let go when nobody has asked for them for a while.
      await sleep(encodingsIdleMs);
      let lowest = { live: Number.POSITIVE_INFINITY };
      for (let look = 0; look < 5; look++) {
        rmSync(memoryFile, { force: true });
        child.kill('SIGUSR2');
        while (!existsSync(memoryFile)) await sleep(200);
        // V8 gives pages back on a thread of its own.
        await sleep(400);
        const seen = JSON.parse(readFileSync(memoryFile, 'utf8'));
        if (seen.live < lowest.live) lowest = seen;
      }
      return lowest;
    },
    async apply(yaml) {
      const response = await fetch(`http://${at(api)}/v1/resources`, {
        method: 'POST',
        headers: { 'content-type': 'application/yaml', authorization: `Bearer ${token}` },
        body: yaml,
      });
      if (response.status !== 200) throw new Error(`apply: ${response.status} ${await response.text()}`);
    },
  };
}
