/** Services, workloads and their health, as one immutable view. */
export type { SelectedProtocol } from './protocol.ts';
export { selectProtocol } from './protocol.ts';
export type { RegisteredWorkload, Registry, RegistryLimits, RegistryOptions } from './registry.ts';
export { createRegistry, defaultRegistryLimits } from './registry.ts';
export type {
  IngressPort,
  InstanceView,
  Protocol,
  ProxyDescription,
  RegistryView,
  ServicePortView,
  ServiceView,
} from './view.ts';
