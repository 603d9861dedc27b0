// Generates docs/reference/errors.md and metrics.md from the code; `--check` only compares. Run through esbuild, since the table is TypeScript.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

async function load(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-docs-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'error' });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { errorTable } = await load('libs/kernel/src/errors/table.ts');
const rows = Object.entries(errorTable).map(
  ([code, row]) =>
    `| \`${code}\` | ${row.fault} | ${row.retrySafe ? 'yes' : 'no'} | ${row.httpStatus || 'closed'} | ${row.grpcStatus} | ${row.responseFlag} | ${row.lookAt} |`,
);
/** Each place where a plane makes a family of metrics: name, kind, help, and which library. */
function metricRows() {
  const files = execFileSync('git', ['ls-files', 'libs/control', 'libs/data', 'libs/telemetry'], { encoding: 'utf8' });
  const made = /\.(counter|gauge|histogram)\(\s*'([a-z_0-9]+)',\s*'([^']+)'/g;
  return files
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('/testing/'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(made)].map(([, kind, name, help]) => ({ kind, name, help, file })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ kind, name, help, file }) => `| \`${name}\` | ${kind} | ${help} | \`${file}\` |`);
}

const pages = {
  'docs/reference/metrics.md': `# Metrics

Generated from the code of the planes by \`npm run docs\`. Sidecars serve theirs at :15090/stats/prometheus, the control plane at :15014/metrics, each service of the shop at /metrics of its own port.
The labels of the \`istio_\` families are Istio's.

| name | kind | what | made in |
|---|---|---|---|
${metricRows().join('\n')}
`,
  'docs/reference/errors.md': `# Errors

Generated from \`libs/kernel/src/errors/table.ts\` by \`npm run docs\`. Every failure that the mesh expects is one of these.

| code | who has to act | safe to send again | HTTP | gRPC | flag | look at |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`,
};

let stale = 0;
for (const [path, text] of Object.entries(pages)) {
  if (process.argv.includes('--check')) {
    let now = '';
    try {
      now = readFileSync(path, 'utf8');
    } catch {
      // A page that is not there is as stale as one that differs.
    }
    if (now !== text) {
      console.error(`${path} is not what the code says; run: npm run docs`);
      stale++;
    }
  } else {
    writeFileSync(path, text);
    console.log(`wrote ${path}`);
  }
}
process.exit(stale === 0 ? 0 : 1);
