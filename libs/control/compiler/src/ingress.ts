/** What is behind each inbound port of a sidecar: the services that lead to it, its protocol, its place in the configuration. */

import { type IngressPort, type Protocol, type ServiceView, selectProtocol } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import type { Resource } from '@weft/model';
import type { Context } from './context.ts';
import { parseHostPort } from './messages/core.ts';
import { builtIn, provenanceOf } from './provenance.ts';

export interface IngressTarget {
  readonly ingress: IngressPort;
  readonly applicationPort: number;
  readonly applicationHost: string;
  readonly protocol: Protocol;
  /** Services with a port that leads here, in order of host. */
  readonly services: readonly ServiceView[];
  /** Service ports that lead here. */
  readonly servicePorts: readonly number[];
  readonly from: Provenance;
}

/** The protocol is that of the first service port that leads here, else what the port's own name says. */
export function ingressTargets(context: Context): readonly IngressTarget[] {
  const { proxy, world } = context;
  const group = workloadGroupOf(context);
  const from = group === undefined ? builtIn('inbound port of the sidecar') : provenanceOf(group, '');
  return proxy.ingress.map((ingress) => {
    const services: ServiceView[] = [];
    const servicePorts: number[] = [];
    let protocol: Protocol | undefined;
    for (const service of world.input.registry.services.values()) {
      const own = service.instances.find(
        (instance) => instance.address === proxy.address && [...instance.ports.values()].includes(ingress.port),
      );
      if (own === undefined) continue;
      services.push(service);
      for (const port of service.ports) {
        if (own.ports.get(port.number) !== ingress.port) continue;
        servicePorts.push(port.number);
        protocol ??= port.protocol;
      }
    }
    const { host, port } = parseHostPort(ingress.defaultEndpoint);
    return {
      ingress,
      applicationHost: host,
      applicationPort: port,
      protocol: protocol ?? selectProtocol(ingress.name).protocol,
      services,
      servicePorts,
      from,
    };
  });
}

export function workloadGroupOf({ proxy, world }: Context): Resource<'WorkloadGroup'> | undefined {
  const slash = proxy.workloadGroup.indexOf('/');
  if (slash < 0) return undefined;
  return world.input.model.get(
    'WorkloadGroup',
    proxy.workloadGroup.slice(0, slash),
    proxy.workloadGroup.slice(slash + 1),
  );
}
