/** The names that callers use for a host, as domains of its virtual host. */

import { isIP } from 'node:net';
import type { ServiceShape } from '../scope/service-shape.ts';

/** How a client writes it: an IPv6 address in brackets. */
export function writtenHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/**
 * The shorter forms under which a name of the cluster is found from a namespace: "a.ns", "a.ns.svc", and "a" from its own namespace. Of other
 * hosts there are none (Istio's GenerateAltVirtualHosts).
 */
export function shorterNames(host: string, callerNamespace: string, domain: string): readonly string[] {
  const suffix = `.svc.${domain}`;
  if (!host.endsWith(suffix)) return [];
  const named = host.slice(0, -suffix.length);
  const dot = named.indexOf('.');
  if (dot < 0) return [];
  const isOwn = named.slice(dot + 1) === callerNamespace;
  return isOwn ? [named.slice(0, dot), `${named}.svc`, named] : [named, `${named}.svc`];
}

/** Every name of a service from a namespace, the full one first, then that with the dot of the root that resolvers may be asked with. */
export function serviceNames(
  { host }: Pick<ServiceShape, 'host'>,
  callerNamespace: string,
  domain: string,
): readonly string[] {
  const absolute = isIP(host) === 0 ? [`${host}.`] : [];
  return [host, ...absolute, ...shorterNames(host, callerNamespace, domain)];
}

/** As `serviceNames`, with the names of single endpoints of a headless service and the service's own addresses. */
export function serviceDomains(service: ServiceShape, callerNamespace: string, domain: string): readonly string[] {
  const names = serviceNames(service, callerNamespace, domain);
  return [...names, ...(service.headless ? names.map((name) => `*.${name}`) : []), ...addresses(service)];
}

function addresses({ addresses: written }: ServiceShape): readonly string[] {
  return written.flatMap((address) => {
    const [host = '', length] = address.split('/');
    const isOne = length === undefined || length === (host.includes(':') ? '128' : '32');
    return isOne && host !== '0.0.0.0' && host !== '::' ? [writtenHost(host)] : [];
  });
}

export interface DomainClaims {
  /** Those of the domains that nobody has yet; they are taken now. */
  claim(domains: readonly string[]): readonly string[];
  /** As `claim`, but a shorter form of a name leaves what is another host's full name alone. */
  claimService(service: ServiceShape, domains: readonly string[]): readonly string[];
}

/** Gives each domain to the first that asks: Envoy refuses a configuration that has one twice. @param fullNames hosts of services. */
export function createDomainClaims(fullNames: ReadonlySet<string> = new Set()): DomainClaims {
  const taken = new Set<string>();
  const claim = (domains: readonly string[]): readonly string[] => {
    const free = [...new Set(domains.map((domain) => domain.toLowerCase()))].filter((domain) => !taken.has(domain));
    for (const domain of free) taken.add(domain);
    return free;
  };
  return {
    claim,
    claimService: ({ host }, domains) => claim(domains.filter((name) => name === host || !fullNames.has(name))),
  };
}
