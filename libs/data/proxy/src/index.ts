/** The proxy, composed: sidecar and ingress gateway. */
export { ListenError } from './admin/side-server.ts';
export type { EnvoyAgent, EnvoyAgentOptions } from './envoy/agent.ts';
export { createEnvoyAgent } from './envoy/agent.ts';
export { EnvoyError } from './envoy/envoy-error.ts';
export type { EnvoyExit } from './envoy/envoy-process.ts';
export type { MeshProxy } from './proxy.ts';
export { createProxy } from './proxy.ts';
export type { ProxyOptions } from './proxy-options.ts';
export type { HostPort, IngressFlag } from './session/node-description.ts';
export type { FromWorker, ToWorker } from './workers/channel.ts';
export { processChannel } from './workers/channel.ts';
export type { Predecessor } from './workers/predecessor.ts';
export { createPredecessor } from './workers/predecessor.ts';
export type { SuccessorCommand } from './workers/successor.ts';
export { runWorker } from './workers/worker.ts';
export { socketPathBytesMax } from './workload-api/unix-server.ts';
