import { type Case, describeFull, describeVerdicts } from '../../testing/verdict.ts';

const cases: Case[] = [
  ['takes an empty spec', '{}'],
  ['takes concurrency 0', 'concurrency: 0'],
  [
    'refuses a negative concurrency',
    'concurrency: -1',
    'spec.concurrency: concurrency -1 is not in the range 0 to 2147483647',
  ],
  [
    'refuses a number as value of a variable',
    'environmentVariables: { A: 1 }',
    'spec.environmentVariables.A: expected a string, got the number 1; put it in quotes',
  ],
  [
    'refuses an empty name of a variable',
    'environmentVariables: { "": a }',
    'spec.environmentVariables[""]: this is not the name of an environment variable',
  ],
  [
    'refuses an empty key of a selector',
    'selector: { matchLabels: { "": a } }',
    'spec.selector.matchLabels[""]: a label of a selector needs a key',
  ],
  [
    'refuses a wildcard in a selector',
    'selector: { matchLabels: { "a*": b } }',
    'spec.selector.matchLabels["a*"]: a selector takes no wildcard',
  ],
  [
    'warns of a selector without labels',
    'selector: {}',
    'warning: spec.selector: a selector without labels selects every workload of the namespace',
  ],
  [
    'warns of an image',
    'image: { imageType: distroless }',
    'warning: spec.image.imageType: the image of a proxy is chosen where it is deployed; imageType has no effect',
  ],
  ['refuses a field nobody knows', 'threads: 2', 'spec.threads: unknown field "threads"'],
];

describeFull('ProxyConfig', import.meta.dirname);
describeVerdicts('ProxyConfig', cases);
