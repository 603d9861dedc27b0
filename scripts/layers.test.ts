/** Holds the project graph and every import against the import law of layers.ts. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deepImportsAllowed, edgeViolation, siblingFolders } from './layers.ts';

interface Project {
  readonly name: string;
  readonly layer: string;
  readonly root: string;
}

interface Graph {
  nodes: Record<string, { data: { root: string; tags?: string[] } }>;
  dependencies: Record<string, { target: string }[]>;
}

const top = resolve(import.meta.dirname, '..');

function readGraph(): Graph {
  const folder = mkdtempSync(join(tmpdir(), 'weft-graph-'));
  try {
    const file = join(folder, 'graph.json');
    execFileSync(process.execPath, [join(top, 'node_modules/.bin/nx'), 'graph', `--file=${file}`], {
      cwd: top,
      env: { ...process.env, NX_DAEMON: 'false' },
      stdio: 'pipe',
    });
    return (JSON.parse(readFileSync(file, 'utf8')) as { graph: Graph }).graph;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const graph = readGraph();
const projects: Project[] = Object.entries(graph.nodes).map(([name, node]) => {
  const layers = (node.data.tags ?? []).filter((tag) => tag.startsWith('layer:'));
  return {
    name: name.replace('@weft/', ''),
    layer: layers.length === 1 ? layers[0]!.slice(6) : '',
    root: node.data.root,
  };
});
const byPackage = new Map(projects.map((project) => [`@weft/${project.name}`, project]));

const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.ts'], {
  cwd: top,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /^(apps|libs)\//.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(join(top, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? '');
}

function projectOf(file: string): Project {
  const owner = projects
    .filter((project) => file.startsWith(`${project.root}/`))
    .sort((a, b) => b.root.length - a.root.length)[0];
  if (owner === undefined) throw new Error(`${file} belongs to no project`);
  return owner;
}

describe('the import law', () => {
  it('finds every project, each with exactly one layer tag', () => {
    expect(projects.length).toBeGreaterThan(25);
    expect(projects.filter((project) => project.layer === '').map((project) => project.name)).toEqual([]);
  });

  it('holds for every edge of the project graph', () => {
    const wrong = projects.flatMap((from) =>
      (graph.dependencies[`@weft/${from.name}`] ?? [])
        .map(({ target }) => byPackage.get(target))
        .filter((to): to is Project => to !== undefined)
        .map((to) => edgeViolation(from, to))
        .filter((text) => text !== undefined),
    );
    expect(wrong).toEqual([]);
  });

  it('holds for every import, which is relative inside a project and by index between projects', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const from = projectOf(file);
      const isTest = file.endsWith('.test.ts') || file.endsWith('.contract.ts') || file.includes('/testing/');
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('.')) {
          const target = relative(top, resolve(top, dirname(file), specifier));
          if (!target.startsWith(`${from.root}/`))
            wrong.push(`${file}: "${specifier}" leaves its project; import the package by name`);
        } else if (specifier.startsWith('@weft/')) {
          const to = byPackage.get(specifier.split('/').slice(0, 2).join('/'));
          if (to === undefined) wrong.push(`${file}: no project is called "${specifier}"`);
          else if (to.name !== from.name) {
            const edge = isTest ? undefined : edgeViolation(from, to);
            if (edge !== undefined) wrong.push(`${file}: ${edge}`);
            const deep =
              specifier.split('/').length > 2 && !deepImportsAllowed.some((prefix) => specifier.startsWith(prefix));
            if (deep && !(isTest && specifier.endsWith('/testing')))
              wrong.push(`${file}: "${specifier}" reaches inside a library; use its index`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps siblings of one plug point apart', () => {
    const wrong: string[] = [];
    for (const { folder, why } of siblingFolders) {
      for (const file of sources.filter((name) => name.startsWith(`${folder}/`) && !name.endsWith('.test.ts'))) {
        const own = file.slice(folder.length + 1).split('/');
        if (own.length < 2) continue;
        for (const specifier of importsOf(file).filter((text) => text.startsWith('.'))) {
          const target = relative(join(top, folder), resolve(top, dirname(file), specifier)).split('/');
          // Test support of one folder may use what is there for the tests of all.
          if (target[0] === 'testing' && own.includes('testing')) continue;
          if (target.length > 1 && target[0] !== '..' && target[0] !== own[0])
            wrong.push(`${file}: imports ${specifier}, but ${why}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('says which rule a forbidden edge breaks, and why', () => {
    const text = edgeViolation({ name: 'data-proxy', layer: 'data' }, { name: 'control-plane', layer: 'control' });
    expect(text).toContain(
      'data-proxy (data) → control-plane (control): not allowed, because the data plane knows no YAML',
    );
  });
});
