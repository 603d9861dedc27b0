// Generates docs/reference/errors.md, metrics.md and envoy-api.md from the code; `--check` only compares. Run through esbuild, since the table is TypeScript.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

async function load(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-docs-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
      // Packages of the CommonJS kind ask for node's own modules by `require`.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
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
    .filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('/testing/') && existsSync(file),
    )
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(made)].map(([, kind, name, help]) => ({ kind, name, help, file })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ kind, name, help, file }) => `| \`${name}\` | ${kind} | ${help} | \`${file}\` |`);
}

const messagesFolder = 'libs/xds/messages/generated/envoy';

/** Fields of every message that is generated, by its name; read from the comments that the generator leaves. */
function generatedMessages() {
  const messages = new Map();
  for (const file of readdirSync(messagesFolder, { recursive: true }).map(String).sort()) {
    if (!file.endsWith('_pb.ts')) continue;
    let fields = [];
    for (const [, what, text] of readFileSync(join(messagesFolder, file), 'utf8').matchAll(
      /@generated from (message|field:) ([^\n]+)/g,
    )) {
      if (what === 'message') {
        fields = messages.get(text) ?? [];
        messages.set(text, fields);
      } else {
        const name = /(\w+) = \d+/.exec(text)?.[1];
        if (name !== undefined && !fields.includes(name)) fields.push(name);
      }
    }
  }
  return messages;
}

function envoyApiPage(parts, operators) {
  const messages = generatedMessages();
  const listed = new Set();
  const code = (names) => names.map((name) => `\`${name}\``).join(' ') || '-';
  const sections = parts
    .filter(({ fields }) => Object.keys(fields).length > 0)
    .map(({ name, fields }) => {
      const rows = Object.entries(fields)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, done]) => {
          listed.add(type);
          const refused = (messages.get(type) ?? []).filter((field) => !done.includes(field));
          return `| \`${type}\` | ${code([...done].sort())} | ${code(refused)} |`;
        });
      return `## ${name}\n\n| message | done | refused |\n|---|---|---|\n${rows.join('\n')}\n`;
    });
  const rest = [...messages.keys()]
    .filter((type) => !listed.has(type) && /^envoy\.(config|extensions)\./.test(type))
    .sort();
  return `# Envoy's API

Generated from the code by \`npm run docs\`: the messages of Envoy's v3 API that the sidecar takes over xDS, and which of their fields. A
resource that sets any other field, or has a message that is not listed, is refused (NACK) with the name of the field; so is a value that
a field's own compilation does not take. "Done" includes fields that are taken and not acted on: [they have a page](fields-without-effect.md).
The differences that are wanted [have a page of their own](differences-from-envoy.md). UDP and HTTP/3 are out of scope.

${sections.join('\n')}
## Command operators

In access logs, header operations and bodies; any other is refused by name:

${operators.map((name) => `\`%${name}%\``).join(' ')}

## Refused as a whole

Messages of the API that are known and understood nowhere:

${rest.map((type) => `- \`${type}\``).join('\n')}
`;
}

const { envoyApi, operators } = await load('scripts/envoy-api.ts');
const pages = {
  'docs/reference/envoy-api.md': envoyApiPage(envoyApi(), operators),
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
