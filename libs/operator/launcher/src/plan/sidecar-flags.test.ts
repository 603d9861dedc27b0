/** The launcher, the manifests and the benchmark start sidecars with the same flags. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.ts';
import { planGateway, planSidecars } from './mesh.ts';
import { defaultPorts } from './ports.ts';
import { sidecarNodeFlags } from './sidecar-flags.ts';

const root = join(import.meta.dirname, '../../../../..');
const flags = sidecarNodeFlags.map((flag) => `'${flag}'`).join(', ');

describe('the flags of Node stand before the sidecar', () => {
  it.each([
    { file: 'docker-compose.yml', program: '/app/sidecar/main.js', separator: '\n      - ', starts: 6 },
    { file: 'infra/kubernetes/e2e/workloads.yaml', program: '/app/sidecar/main.js', separator: ', ', starts: 3 },
  ])('in $file', ({ file, program, separator, starts }) => {
    const text = readFileSync(join(root, file), 'utf8');
    const whole = ['node', ...sidecarNodeFlags, program].join(separator);
    expect([text.split(program).length - 1, text.split(whole).length - 1]).toEqual([starts, starts]);
  });

  it('in the processes of the launcher', () => {
    const plan = {
      root: '/repo',
      layout: layoutOf('/run'),
      ports: defaultPorts,
      configDir: 'infra/mesh',
      logLevel: 'info',
      baseEnv: {},
    };
    for (const { args } of [planGateway(plan), ...planSidecars(plan)])
      expect(args.slice(0, 3)).toEqual([...sidecarNodeFlags, '/repo/apps/sidecar/dist/main.js']);
  });

  it('in the benchmark, which measures sidecars as users run them', () => {
    const text = readFileSync(join(root, 'loadtests/bench/peers/weft.mjs'), 'utf8');
    expect(text).toContain(`const nodeFlags = [${flags}];`);
    expect(text).toContain("node, [...nodeFlags, 'apps/sidecar/dist/main.js',");
  });
});
