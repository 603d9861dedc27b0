// The table and the verdicts.
import { median } from './median.mjs';

/** One row a peer: the median of each figure. @param coldCosts by peer, CPU per request of the first load after its start, where it is known. */
export function rowsOf(scenario, samples, coldCosts) {
  return [...samples].map(([proxy, list]) => {
    const cold = coldCosts.get(proxy);
    const figures = Object.keys(list[0]).map((key) => [
      key,
      Number(median(list.map((sample) => sample[key])).toFixed(3)),
    ]);
    return {
      scenario: scenario.name,
      proxy,
      ...Object.fromEntries(figures),
      ...(cold === undefined ? {} : { coldCpuMicrosPerRequest: Number(cold.toFixed(3)) }),
    };
  });
}

const columns = [
  ['cpuMicrosPerRequest', 'CPU µs/req', 1],
  ['coldCpuMicrosPerRequest', 'cold µs', 1],
  ['requestsPerSecond', 'req/s', 0],
  ['p50Ms', 'p50 ms', 2],
  ['p99Ms', 'p99 ms', 2],
  ['megabytesPerSecond', 'MB/s', 0],
  ['rssMb', 'RSS MB', 0],
];

export function printRows(scenario, rows) {
  console.log(`\n${scenario.name}: ${scenario.title}`);
  console.log(`proxy    ${columns.map(([, title]) => title.padStart(11)).join('')}`);
  for (const row of rows) {
    console.log(
      `${row.proxy.padEnd(9)}${columns.map(([key, , digits]) => (row[key]?.toFixed(digits) ?? '').padStart(11)).join('')}`,
    );
  }
}

/** @returns for each goal its ratio (or figure) and whether it holds; none where the peer of the goal is missing. */
export function verdictsOf(scenario, rows) {
  const of = (proxy) => rows.find((row) => row.proxy === proxy);
  return scenario.goals.flatMap(({ metric, atMost, atLeast, of: other = 'envoy' }) => {
    const own = of('weft');
    const base = other === 'absolute' ? 1 : of(other)?.[metric];
    if (own === undefined || base === undefined) return [];
    const ratio = own[metric] / base;
    const holds = atMost === undefined ? ratio >= atLeast : ratio <= atMost;
    const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
    return [{ scenario: scenario.name, metric, of: other, ratio: Number(ratio.toFixed(3)), bound, holds }];
  });
}

export function printVerdicts(verdicts) {
  console.log('');
  for (const { scenario, metric, of, ratio, bound, holds } of verdicts) {
    const what =
      of === 'absolute'
        ? `${metric} ${ratio}`
        : `${metric} is ${ratio.toFixed(2)} of ${of === 'empty' ? 'its own with an empty table' : "Envoy's"}`;
    console.log(`${holds ? 'holds' : 'FAILS'}: ${scenario}: ${what} (goal: ${bound})`);
  }
}
