/** Finds what a service calls: by name, for DNS or a proxy in the way, or by discovery where no mesh is. */

import type { Discovery } from '@weft/service-discovery';
import { ServiceError } from '../errors/service-error.ts';
import type { AddressBook } from '../grpc/channels.ts';

/** "inventory.shop.svc.cluster.local:9090" → itself, or the "grpc" ports of "inventory". */
export function grpcAddresses(target: string, discovery: Discovery | undefined): AddressBook {
  return discovery === undefined ? { target } : { discovery, service: firstLabel(target), portName: 'grpc' };
}

/** The URL to call: as it is, or with an instance's "http" port in place of its host. @throws ServiceError `dependency_unavailable` */
export async function httpAddress(url: URL, discovery: Discovery | undefined): Promise<URL> {
  if (discovery === undefined) return url;
  const service = firstLabel(url.hostname);
  const instance = (await discovery.discover(service))[0];
  const port = instance?.ports['http'];
  if (instance === undefined || port === undefined) {
    throw new ServiceError('dependency_unavailable', { detail: `no instance of ${service} is known` });
  }
  const found = new URL(url);
  found.host = `${instance.host}:${port}`;
  return found;
}

function firstLabel(name: string): string {
  return name.split(/[.:]/, 1)[0] ?? name;
}
