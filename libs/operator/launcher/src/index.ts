/** Starts a whole mesh as processes on this machine, and ends it. */
export type { LaunchErrorCode } from './launch-error.ts';
export { LaunchError } from './launch-error.ts';
export type { DownResult } from './mesh/down.ts';
export { stopEverything } from './mesh/down.ts';
export type { LocalRun, LocalRunOptions } from './mesh/local-run.ts';
export { createLocalRun } from './mesh/local-run.ts';
export type { Mesh, MeshInfo, MeshObserver, MeshOptions } from './mesh/mesh.ts';
export { createMesh } from './mesh/mesh.ts';
export { assertNodeVersion } from './mesh/node-version.ts';
export type { Layout } from './plan/layout.ts';
export { layoutOf } from './plan/layout.ts';
export type { MeshPorts } from './plan/ports.ts';
export { defaultPorts } from './plan/ports.ts';
export type { ChildState } from './process/child.ts';
export type { ProcessIdentity } from './process/identity.ts';
export { isRunning } from './process/identity.ts';
export type { RunProcess, RunRecord } from './process/run-file.ts';
export { readRunFile } from './process/run-file.ts';
