// The control plane of Weft's sidecars in the benchmark, on the core of the load.
import { mkdirSync } from 'node:fs';
import { bundle } from '../bundle.mjs';
import { startOnCore, which } from '../processes.mjs';
import { loadCore } from '../scenario.mjs';

const nice = which('nice');
/** An update of a large table keeps it busy: in the load's and the backend's time slices that would look like latency of the sidecar. */
const behindTheLoad = nice === undefined ? [] : [nice, '-n', '19'];

/** @returns its process and port; it serves `${base}.resources.json` and writes tokens below `base`. */
export async function startPlane({ folder, base, node }) {
  mkdirSync(base, { recursive: true });
  const file = await bundle(folder, 'plane', "import './loadtests/bench/xds/plane.ts';");
  const [program, ...args] = [...behindTheLoad, node, file, `${base}.resources.json`, base];
  const child = startOnCore(loadCore, program, args, `${base}.plane.log`);
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(Number(String(text).trim())));
    child.once('exit', (code) =>
      reject(new Error(`the benchmark's control plane ended with ${code}; see ${base}.plane.log`)),
    );
  });
  return { child, port };
}
