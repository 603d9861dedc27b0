/** For tests and benchmarks only: a control plane that serves what it is handed. */
export type { FakeControlPlane } from './fake-control-plane.ts';
export { startFakeControlPlane } from './fake-control-plane.ts';
export type { TestResource } from './mesh-resources.ts';
export { resource } from './mesh-resources.ts';
