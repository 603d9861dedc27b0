/**
 * Small configurations and what they compile to: testdata/NAME.yaml → testdata/NAME.json; UPDATE_GOLDENS=1 writes them anew.
 * "# show: route,cluster": which kinds; "# only: payment": resources and virtual hosts with this in their name; the rest: testing/golden-case.ts.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import type { ResourceType } from './resource-types.ts';
import { directive, goldenFolder as folder, goldenCase, goldenNames } from './testing/golden-case.ts';
import { snapshotJson } from './testing/snapshot-json.ts';

const names = goldenNames();

describe('golden configurations', () => {
  it('are at least 25', () => {
    expect(names.length).toBeGreaterThanOrEqual(25);
  });

  it.each(names)('%s compiles to what its golden says', (name) => {
    const { mesh, proxy, text } = goldenCase(name);
    const shown = directive(text, 'show', 'route').split(',') as ResourceType[];
    const snapshot = compile(mesh.input(), proxy);
    const json = `${JSON.stringify(only(snapshotJson(snapshot, shown), directive(text, 'only', '')), undefined, 1)}\n`;
    const golden = new URL(`${name}.json`, folder);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(golden, json);
    expect(json).toBe(readFileSync(golden, 'utf8'));
  });
});

function only(value: unknown, part: string): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => isShown(item, part)).map((item) => only(item, part));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, isResourceList(key) ? only(child, part) : child]),
  );
}

function isResourceList(key: string): boolean {
  return ['cluster', 'endpoint', 'listener', 'route', 'virtual_hosts'].includes(key);
}

function isShown(item: unknown, part: string): boolean {
  if (typeof item !== 'object' || item === null) return true;
  if ('virtual_hosts' in item) return true;
  const { name, cluster_name: clusterName } = item as { name?: string; cluster_name?: string };
  return (name ?? clusterName ?? '').includes(part);
}
