/** A golden's YAML as a mesh and a proxy of it, by the directives in its comments. */

import { readdirSync, readFileSync } from 'node:fs';
import type { ProxyDescription } from '@weft/control-registry';
import { describeViolation, type MeshConfig, parseMeshConfig } from '@weft/model';
import { createTestMesh, describeGrpcClient, type TestMesh } from './mesh.ts';

export const goldenFolder = new URL('../../testdata/', import.meta.url);

export interface GoldenCase {
  readonly mesh: TestMesh;
  readonly proxy: ProxyDescription;
  readonly text: string;
}

/** Without their ending; those of the foundation are left out. */
export function goldenNames(): readonly string[] {
  return readdirSync(goldenFolder)
    .filter((file) => file.endsWith('.yaml') && file !== 'base.yaml')
    .map((file) => file.replace(/\.yaml$/, ''));
}

/**
 * "# as: order": whose snapshot, `grpc` for a proxyless client; `# proxy: {"interception": "REDIRECT"}`: what differs of its description;
 * `# mesh: {"h2UpgradePolicy": "UPGRADE"}`: what differs of the mesh's configuration; `# mesh-config: {...}`: all of it, as Istio writes it.
 */
export function goldenCase(name: string): GoldenCase {
  const text = readFileSync(new URL(`${name}.yaml`, goldenFolder), 'utf8');
  const base = readFileSync(new URL('base.yaml', goldenFolder), 'utf8');
  const as = directive(text, 'as', 'order');
  const differs = absent(JSON.parse(directive(text, 'proxy', '{}')) as Partial<ProxyDescription>);
  const config = JSON.parse(directive(text, 'mesh', '{}')) as Partial<MeshConfig>;
  const mesh = createTestMesh(
    { 'base.yaml': base, [`${name}.yaml`]: text },
    { proxies: { [as]: differs }, mesh: { ...written(text), ...config } },
  );
  const proxy = as === 'grpc' ? { ...describeGrpcClient('shop'), ...differs } : mesh.proxies.get(as);
  if (proxy === undefined) throw new Error(`no WorkloadGroup ${as}`);
  return { mesh, proxy, text };
}

function written(text: string): MeshConfig {
  const { config, violations } = parseMeshConfig('mesh-config', directive(text, 'mesh-config', '{}'));
  if (violations.length > 0) throw new Error(violations.map(describeViolation).join('\n'));
  return config;
}

/** null in JSON is what a description leaves out. */
function absent(differs: Partial<ProxyDescription>): Partial<ProxyDescription> {
  return Object.fromEntries(Object.entries(differs).map(([key, value]) => [key, value ?? undefined]));
}

export function directive(text: string, name: string, otherwise: string): string {
  return new RegExp(`^# ${name}: *(.*)$`, 'm').exec(text)?.[1]?.trim() ?? otherwise;
}
