// Finds dead code: exports that nobody imports, and source files that nothing reaches. Exit code 1 with one line each.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.ts', '*.mts', '*.mjs'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.includes('/testdata/'));
const texts = new Map();
for (const file of files) {
  try {
    texts.set(file, readFileSync(file, 'utf8'));
  } catch {
    // Deleted in the work tree and not yet in the index: nothing to look at.
  }
}

/** What packages offer besides their index: `@weft/xds-messages/registry`. */
const offered = new Set(
  execFileSync('git', ['ls-files', '--', 'libs/**/package.json'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '')
    .flatMap((file) => {
      const folder = file.slice(0, -'/package.json'.length);
      const { exports = {} } = JSON.parse(readFileSync(file, 'utf8'));
      return Object.values(exports).map((path) => `${folder}/${path.replace('./', '')}`);
    }),
);

const isTest = (file) =>
  /\.(test|contract)\.ts$/.test(file) || file.includes('/testing/') || file.startsWith('libs/testing/');
const isEntry = (file) =>
  offered.has(file) ||
  /(^|\/)(main|index)\.ts$/.test(file) ||
  /^vitest[^/]*\.config\.ts$/.test(file) ||
  !file.endsWith('.ts') ||
  /^(loadtests|drills)\//.test(file) ||
  /(^|\/)scripts\//.test(file);

/** Identifier → files that mention it outside its own declaration line. */
const mentions = new Map();
for (const [file, text] of texts) {
  for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) {
    const list = mentions.get(word);
    if (list === undefined) mentions.set(word, [file]);
    else list.push(file);
  }
}

const found = [];
const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(const|let|function\*?|class|interface|type) ([A-Za-z_$][\w$]*)/gm;
for (const [file, text] of texts) {
  if (!file.endsWith('.ts') || isTest(file) || isEntry(file)) continue;
  const index = `${file.slice(0, file.indexOf('/src/'))}/src/index.ts`;
  for (const [, form, name] of text.matchAll(declaration)) {
    const users = (mentions.get(name) ?? []).filter((user) => user !== file);
    const beyondIndex = users.filter((user) => user !== index);
    if (beyondIndex.length > 0) continue;
    const inside = text.split(new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`)).length - 1;
    // A type that an exported signature of its own file needs is part of that contract.
    if (inside > 1 && (form === 'interface' || form === 'type' || users.includes(index))) continue;
    found.push(`${file}: ${name} is exported and ${inside > 1 ? 'used only here: drop "export"' : 'used nowhere'}`);
  }
}

const imported = new Set();
for (const [file, text] of texts) {
  const folder = file.split('/').slice(0, -1);
  for (const match of text.matchAll(
    /(?:from|import)\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+)['"]/g,
  )) {
    const parts = [...folder];
    for (const part of (match[1] ?? match[2] ?? match[3]).split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '.') parts.push(part);
    }
    imported.add(parts.join('/'));
  }
}
for (const file of texts.keys()) {
  if (file.endsWith('.ts') && !isTest(file) && !isEntry(file) && !imported.has(file))
    found.push(`${file}: no file imports it`);
}

if (found.length > 0) {
  console.error(found.sort().join('\n'));
  console.error(`dead code: ${found.length} places`);
  process.exit(1);
}
console.log('dead code: none');
