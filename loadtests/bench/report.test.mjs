import { afterEach, expect, it, vi } from 'vitest';
import { printRows, rowsOf } from './report.mjs';

const sample = { cpuMicrosPerRequest: 30, requestsPerSecond: 2, p50Ms: 0, p99Ms: 0, megabytesPerSecond: 0, rssMb: 1 };
const scenario = { name: 'half-load', title: 'half' };

afterEach(() => vi.restoreAllMocks());

it('a row has the cost of the first load where that was the same load, and an empty cell where it was another', () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  const rows = rowsOf(
    scenario,
    new Map([
      ['weft', [sample]],
      ['envoy', [sample]],
    ]),
    new Map([['weft', 60]]),
  );
  expect(rows.map((row) => row.coldCpuMicrosPerRequest)).toEqual([60, undefined]);
  expect(Object.keys(rows[1])).not.toContain('coldCpuMicrosPerRequest');
  printRows(scenario, rows);
  const [weft, envoy] = print.mock.calls.slice(-2).map(([line]) => line);
  expect(weft).toContain('30.0       60.0          2');
  expect(envoy).toContain('30.0                     2');
});
