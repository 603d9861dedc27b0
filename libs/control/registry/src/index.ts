/** Services, workloads and their health, as one immutable view. */
export { factsOfPod } from './kubernetes/pod-workload.ts';
export type { SelectedProtocol } from './protocol.ts';
export { selectProtocol } from './protocol.ts';
export type { RegisteredWorkload, Registry, RegistryOptions } from './registry.ts';
export { createRegistry } from './registry.ts';
export type {
  IngressPort,
  InstanceView,
  Protocol,
  ProxyDescription,
  RegistryView,
  Resolution,
  ServicePortView,
  ServiceView,
} from './view.ts';
export type { KeptWorkload, RegistryLimits } from './workload-table.ts';
export { defaultRegistryLimits } from './workload-table.ts';
