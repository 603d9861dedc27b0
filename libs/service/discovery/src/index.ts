/** Register, deregister, discover and watch instances with their health. */
export type { Discovery, DiscoveryCode, Instance, Registration } from './discovery.ts';
export { DiscoveryError, instancesMax } from './discovery.ts';
export type { FileDiscoveryOptions } from './file/file-discovery.ts';
export { createFileDiscovery } from './file/file-discovery.ts';
export { createMemoryDiscovery } from './memory/memory-discovery.ts';
