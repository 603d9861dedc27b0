// A TypeScript file of this repository as one file that Node runs.
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** @returns the path of the bundle, in `folder`. */
export async function bundle(folder, name, contents) {
  const outfile = join(folder, `${name}.bundle.mjs`);
  await build({
    stdin: { contents, resolveDir: resolve('.'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import{createRequire as __cr}from'module';const require=__cr(import.meta.url);" },
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
