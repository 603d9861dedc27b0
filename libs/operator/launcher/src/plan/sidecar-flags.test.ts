/** Every start of a sidecar that the repository ships gives the same flags. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it('in the benchmark, which measures sidecars as users run them', () => {
    const text = readFileSync(join(root, 'loadtests/bench/peers/weft.mjs'), 'utf8');
    expect(text).toContain(`[${flags}]`);
  });
});
