// The table and the verdicts, and on what machine, beside how much else.
import { cpus, loadavg } from 'node:os';

const columns = [
  ['services', 'services', 0],
  ['proxies', 'proxies', 0],
  ['startMs', 'start ms', 0],
  ['syncMs', 'sync ms', 0],
  ['endpointP50Ms', 'ep p50 ms', 0],
  ['endpointP99Ms', 'ep p99 ms', 0],
  ['endpointBytes', 'ep bytes', 0],
  ['endpointCpuMs', 'ep CPU ms', 1],
  ['pushCpuSeconds', 'push CPU s', 2],
  ['pushLastMs', 'push ms', 0],
  ['pushBytes', 'push bytes', 0],
  ['memoryMb', 'live MB', 0],
  ['heapMb', 'heap MB', 0],
  ['buffersMb', 'buffers MB', 0],
  ['kilobytesPerProxy', 'KB/proxy', 0],
];

const load = () => loadavg()[0].toFixed(1);

/** @param asked the flags that make the run. */
export function printMachine(asked) {
  const [{ model }] = cpus();
  console.log(`${cpus().length} × ${model}, Node ${process.versions.node}, load average ${load()} before it began`);
  console.log(`npm run bench:control-plane -- ${asked}\n`);
}

export function printHeader() {
  console.log(columns.map(([, title]) => title.padStart(11)).join(''));
}

export function printRow(row) {
  console.log(columns.map(([key, , digits]) => (row[key] ?? 0).toFixed(digits).padStart(11)).join(''));
}

/** How much more than in proportion a figure grew from one row to another: 1 is linear. */
const growth = (from, to, figure, size) => to[figure] / from[figure] / (to[size] / from[size]);

export function verdictsOf(rows, { proxies, services }) {
  const most = rows.filter((row) => row.services === services);
  const [first] = most;
  const full = most.at(-1);
  const alone = rows.find((row) => row.services !== services);
  const same = alone && most.find((row) => row.proxies === alone.proxies);
  const verdicts = [];
  const judge = (what, value, atMost, unit = '') =>
    verdicts.push({ what, value: Number(value.toFixed(3)), atMost, unit, holds: value <= atMost });
  if (full.proxies === proxies) {
    judge(`endpoint change to the last of ${proxies} proxies, p99`, full.endpointP99Ms, 1000, ' ms');
    judge('memory of one more proxy', full.kilobytesPerProxy, 150, ' KB');
  }
  if (first !== full) {
    for (const [figure, name] of [
      ['endpointCpuMs', 'CPU of an endpoint change'],
      ['pushCpuSeconds', 'CPU of a full push'],
      ['endpointP50Ms', 'time of an endpoint change'],
    ]) {
      judge(
        `${name}, ${first.proxies} to ${full.proxies} proxies, of linear`,
        growth(first, full, figure, 'proxies'),
        1.1,
      );
    }
  }
  if (same !== undefined) {
    judge(
      `CPU of a full push, ${alone.services} to ${services} services, of linear`,
      growth(alone, same, 'pushCpuSeconds', 'services'),
      1.1,
    );
    judge(
      `start, ${alone.services} to ${services} services, of linear`,
      growth(alone, same, 'startMs', 'services'),
      1.1,
    );
    judge(
      `time of an endpoint change, ${services} services to ${alone.services}`,
      same.endpointP50Ms / alone.endpointP50Ms,
      1.5,
    );
    judge(
      `CPU of an endpoint change, ${services} services to ${alone.services}`,
      same.endpointCpuMs / alone.endpointCpuMs,
      1.5,
    );
  }
  return verdicts;
}

export function printVerdicts(verdicts) {
  console.log(`\nload average at the end ${load()}, of which 1 to 2 is its own\n`);
  for (const { what, value, atMost, unit, holds } of verdicts) {
    console.log(`${holds ? 'holds' : 'FAILS'} ${what}: ${value}${unit} (goal: at most ${atMost}${unit})`);
  }
}
