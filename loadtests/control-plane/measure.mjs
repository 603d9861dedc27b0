// One row: a mesh of some size with some proxies.
import { hotEndpoint, hotRule } from './model.mjs';

const settleMs = 300;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (numbers, q) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * q))];

let version = 0;

export async function measureEndpointChanges(plane, fleet, changes) {
  // The first makes the endpoint.
  for (let warm = 0; warm < 3; warm++) {
    version += 1;
    await fleet.change('EDS', () => plane.apply(hotEndpoint(version)));
  }
  await sleep(settleMs);
  const cpuBefore = plane.cpuSeconds();
  const samples = [];
  for (let change = 0; change < changes; change++) {
    version += 1;
    samples.push(await fleet.change('EDS', () => plane.apply(hotEndpoint(version))));
    await sleep(settleMs);
  }
  const times = samples.map(({ lastMs }) => lastMs);
  return {
    endpointP50Ms: quantile(times, 0.5),
    endpointP99Ms: quantile(times, 0.99),
    endpointBytes: quantile(
      samples.map(({ bytes }) => bytes),
      0.5,
    ),
    endpointCpuMs: ((plane.cpuSeconds() - cpuBefore) * 1000) / changes,
  };
}

/** A rule changes that all proxies see. */
export async function measureFullPush(plane, fleet, pushes) {
  version += 1;
  await fleet.change('RDS', () => plane.apply(hotRule(version)));
  await sleep(2 * settleMs);
  const cpuBefore = plane.cpuSeconds();
  const samples = [];
  for (let push = 0; push < pushes; push++) {
    version += 1;
    samples.push(await fleet.change('RDS', () => plane.apply(hotRule(version))));
    await sleep(2 * settleMs);
  }
  return {
    pushCpuSeconds: (plane.cpuSeconds() - cpuBefore) / pushes,
    pushLastMs: quantile(
      samples.map(({ lastMs }) => lastMs),
      0.5,
    ),
    pushBytes: quantile(
      samples.map(({ bytes }) => bytes),
      0.5,
    ),
  };
}
