/** Two sidecars in one process on a seeded clock and network. */
export type { ScenarioResult } from './scenario/run-scenario.ts';
export { runScenario } from './scenario/run-scenario.ts';
