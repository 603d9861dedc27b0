// The control plane of Weft's sidecars in the benchmark, on the core of the load.
import { mkdirSync } from 'node:fs';
import { bundle } from '../bundle.mjs';
import { startOnCore } from '../processes.mjs';

const controlCore = 1;

/** @returns its process and port; it serves `${base}.resources.json` and writes tokens below `base`. */
export async function startPlane({ folder, base, node }) {
  mkdirSync(base, { recursive: true });
  const file = await bundle(folder, 'plane', "import './loadtests/bench/xds/plane.ts';");
  const child = startOnCore(controlCore, node, [file, `${base}.resources.json`, base], `${base}.plane.log`);
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(Number(String(text).trim())));
    child.once('exit', (code) =>
      reject(new Error(`the benchmark's control plane ended with ${code}; see ${base}.plane.log`)),
    );
  });
  return { child, port };
}
