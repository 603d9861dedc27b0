// Writes the CustomResourceDefinitions of infra/kubernetes from the schemas; `--check` only compares.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'weft-crds-'));
try {
  const outfile = join(folder, 'crds.mjs');
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  await build({
    entryPoints: ['scripts/crds.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    banner,
    logLevel: 'error',
  });
  const { crdFiles, crdsYaml } = await import(pathToFileURL(outfile).href);
  for (const name of Object.keys(crdFiles)) {
    const path = join('infra/kubernetes', name);
    const text = crdsYaml(name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    if (process.argv.includes('--check')) {
      console.error(`${path} is out of date: run node scripts/crds.mjs`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      console.log(`wrote ${path}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
