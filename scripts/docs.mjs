// Generates docs/reference/errors.md, metrics.md, envoy-api.md, fields-without-effect.md, analysis.md and api-coverage.md from the code; `--check` only compares. Run through esbuild, since the table is TypeScript.
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
/** A section for each code, so that a finding can link to it. */
function analysisPage(analysers) {
  const own = [
    {
      ...{ code: 'WEFT0001', name: 'refused-document', severity: 'error', istio: ['IST0106'] },
      summary:
        'A document is not valid, or is of a kind that Weft does not take (EnvoyFilter, WasmPlugin: the message says what to use instead).',
      effect: 'It is not used; the other documents of the file are.',
      remedy: 'See the message; `weft validate` says the same.',
    },
    {
      ...{ code: 'WEFT0002', name: 'doubtful-document', severity: 'warning', istio: ['IST0133'] },
      summary: 'A document is taken, and a field of it is deprecated or does nothing.',
      effect: 'As the message says.',
      remedy: 'As the message says.',
    },
  ];
  const all = [...own, ...analysers];
  const rows = all.map(
    ({ code, name, severity, istio, summary }) =>
      `| [${code}](#${code.toLowerCase()}) | \`${name}\` | ${severity} | ${istio.join(', ') || '-'} | ${summary} |`,
  );
  const sections = all.map(
    ({ code, name, severity, istio, summary, effect, remedy }) =>
      `## ${code}\n\n\`${name}\`, ${severity}${istio.length === 0 ? '' : `; istioctl analyze: ${istio.join(', ')}`}.\n\n${summary}\n\n- What happens: ${effect}\n- What to do: ${remedy}\n`,
  );
  return `# Analysis

Generated from \`libs/control/compiler/src/analysis\` by \`npm run docs\`: what \`weft analyze\` finds in files (\`weft analyze infra/mesh\`) and in the configuration in force (\`weft analyze\`).
Some findings are milder or harder than their code says: a port that is missing is an error, one that is not said a warning. Istio's code is the one that says the same or nearly so.

| code | name | severity | Istio | what |
|---|---|---|---|---|
${rows.join('\n')}

${sections.join('\n')}`;
}

function coveragePage(kinds, refusedKinds) {
  const code = (names) => names.map((name) => `\`${name}\``).join(' ') || '-';
  const count = (part) =>
    kinds.reduce((sum, { objects }) => sum + objects.reduce((all, one) => all + one[part].length, 0), 0);
  const sections = kinds.map(({ kind, group, versions, lenient, objects }) => {
    const rows = objects.map(
      ({ path, done, warned, refused }) =>
        `| \`${path || '(document)'}\` | ${code(done)} | ${code(warned)} | ${code(refused)} |`,
    );
    const rest = lenient ? ' Other fields are let pass and not read.' : '';
    return `## ${kind}${group === '' ? '' : ` (${group})`}\n\nVersions: ${versions.join(', ')}.${rest}\n\n| object | done | done, and warned of in some form | refused by name |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  const refused = Object.entries(refusedKinds).map(([group, names]) => `- ${group}: ${code(names)}`);
  return `# API coverage

Generated from the schemas of \`libs/model\` by \`npm run docs\`: every kind and field of Istio's API, the Gateway API, Kubernetes and Linkerd that Weft reads. What is not listed is refused as unknown, with a suggestion.
Whether values of a field are taken says its own message; [where Weft is stricter than Istio](differences-from-istio.md).
${kinds.length} kinds: ${count('done')} fields done, ${count('warned')} done with a warning in some form, ${count('refused')} fields and words refused by name.

${sections.join('\n')}
## Refused kinds

EnvoyFilter is parsed and always refused, with what to use instead. Refused by name as well:

${refused.join('\n')}
`;
}

/** Every name in the code that acts on messages of Envoy's API, without the lists of what is supported. */
function wordsOfDataPlane() {
  const files = execFileSync('git', ['ls-files', 'libs/data'], { encoding: 'utf8' })
    .split('\n')
    .filter(
      (file) =>
        file.endsWith('.ts') && !/\.test\.ts$|\/testing\/|supported|-fields\.ts$/.test(file) && existsSync(file),
    );
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/[A-Za-z_$][\w$]*/g) ?? []));
}

const { fieldsWithoutEffect, problemsOf, withoutEffectPage } = await load('scripts/fields-without-effect.ts');
const untrue = problemsOf(fieldsWithoutEffect, envoyApi(), wordsOfDataPlane());
for (const problem of untrue) console.error(`scripts/fields-without-effect.ts: ${problem}`);

const { analysers } = await load('libs/control/compiler/src/analysis/analysers.ts');
const { apiCoverage, refusedKinds } = await load('scripts/api-coverage.ts');
const pages = {
  'docs/reference/analysis.md': analysisPage(analysers),
  'docs/reference/api-coverage.md': coveragePage(apiCoverage(), refusedKinds),
  'docs/reference/envoy-api.md': envoyApiPage(envoyApi(), operators),
  'docs/reference/fields-without-effect.md': withoutEffectPage(fieldsWithoutEffect),
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
process.exit(stale + untrue.length === 0 ? 0 : 1);
