/** What a generator gets: the world, the proxy, and the place to put resources. */

import type { ProxyDescription, ServicePortView, ServiceView } from '@weft/control-registry';
import type { Bundle, Draft } from './cache.ts';
import type { ResourceType } from './resource-types.ts';
import type { ProxyScope } from './scope/proxy-scope.ts';
import type { World } from './world.ts';

export interface Context {
  readonly world: World;
  readonly proxy: ProxyDescription;
  readonly scope: ProxyScope;
  emit<T extends ResourceType>(draft: Draft<T>): void;
  /** For many resources that proxies have in common. */
  emitAll<T extends 'cluster' | 'endpoint'>(bundle: Bundle<T>): void;
}

/** One entry of the list in generators.ts: emits all resources of one kind for one proxy. */
export type Generator = (context: Context) => void;

/** Resources that are the same for all clients of one kind in one namespace. */
export function clientScope({ proxy }: Context): string {
  return `${proxy.type === 'grpc' ? 'grpc' : 'proxy'}|${proxy.namespace}`;
}

export function isHttp(port: ServicePortView): boolean {
  return port.protocol === 'http';
}

export function portOf(service: ServiceView, number: number): ServicePortView | undefined {
  return service.ports.find((port) => port.number === number);
}

/** True for a client that is an explicit HTTP proxy and nothing else: what is not HTTP/1 passes it in CONNECT tunnels. */
export function tunnels({ proxy, scope }: Context): boolean {
  return (
    proxy.type === 'sidecar' &&
    proxy.egressProxy !== undefined &&
    proxy.interception === 'NONE' &&
    scope.egress.every(({ port }) => port === undefined)
  );
}
