/** A whole mesh for tests. */
export type { Answer, Call } from './http-call.ts';
export { httpCall } from './http-call.ts';
export type { TestMesh } from './mesh.ts';
export { startMesh } from './mesh.ts';
export { eventually } from './wait.ts';
export type { Workload } from './workload.ts';
