/** The control plane, composed: sources to snapshots to streams. */
export type { Address } from './grpc/listen.ts';
export { formatAddress, ListenError } from './grpc/listen.ts';
export type { KubernetesOptions } from './kubernetes/options.ts';
export { accessCluster } from './kubernetes/options.ts';
export type { ControlPlaneAddresses, ControlPlaneOptions } from './options.ts';
export { SettingError } from './options.ts';
export type { ControlPlane } from './plane.ts';
export { createControlPlane } from './plane.ts';
