import type { KeptWorkload } from '@weft/control-registry';
import { testProxy } from '@weft/control-registry/testing';
import { expect, it } from 'vitest';
import { readWorkloads, workloadFileLengthMax, writeWorkloads } from './workload-file.ts';

const workload = (instance: number): KeptWorkload => ({
  proxy: testProxy(`echo-${instance}`, {
    serviceAccount: 'echo',
    labels: { app: 'echo' },
    ingress: [{ name: 'http', bind: '127.0.0.1', port: 21_003, defaultEndpoint: '127.0.0.1:21000' }],
    egressProxy: { bind: '127.0.0.1', port: 21_002 },
    workloadGroup: 'shop/echo',
  }),
  reported: true,
  message: '',
});

it('reads back what it wrote, also where there was no report and no egress proxy', () => {
  const bare = { proxy: { ...workload(2).proxy, egressProxy: undefined }, reported: undefined, message: '' };
  const down = { ...workload(3), reported: false, message: 'HTTP 503' };
  const { text, leftOut } = writeWorkloads('cluster.local', [workload(1), bare, down]);
  expect(leftOut).toBe(0);
  expect(readWorkloads(text, 'cluster.local')).toEqual([workload(1), bare, down]);
  expect(readWorkloads(writeWorkloads('cluster.local', []).text, 'cluster.local')).toEqual([]);
});

it('leaves out what does not fit, whole workloads at a time', () => {
  const one = writeWorkloads('cluster.local', [workload(1)]).text.length;
  const { text, leftOut } = writeWorkloads('cluster.local', [workload(1), workload(2)], one + 10);
  expect(leftOut).toBe(1);
  expect(text.length).toBeLessThanOrEqual(one + 10);
  expect(readWorkloads(text, 'cluster.local')).toEqual([workload(1)]);
});

it.each<[string, string, string]>([
  ['half a file', writeWorkloads('cluster.local', [workload(1)]).text.slice(0, 200), 'it is not JSON'],
  ['another form', '{"format":"something else"}', 'format: '],
  ['another trust domain', writeWorkloads('other.example', []).text, 'it is of trust domain other.example'],
  [
    'an address that is none',
    writeWorkloads('cluster.local', [{ ...workload(1), proxy: { ...workload(1).proxy, address: 'echo' } }]).text,
    'workloads.0.address: ',
  ],
  ['more than the bound', ' '.repeat(workloadFileLengthMax + 1), `it is longer than ${workloadFileLengthMax}`],
])('says why it does not take %s', (_what, text, reason) => {
  expect(readWorkloads(text, 'cluster.local')).toContain(reason);
});
