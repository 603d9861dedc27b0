/** What is behind each inbound port of a sidecar: the services that lead to it, its protocol, where the application listens. */

import {
  type InstanceView,
  type Protocol,
  type RegistryView,
  type ServiceView,
  selectProtocol,
} from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import type { Resource } from '@weft/model';
import type { Context } from './context.ts';
import { isUnixAddress, parseHostPort } from './messages/core.ts';
import { builtIn, provenanceOf } from './provenance.ts';
import type { IngressListener } from './scope/scope-listeners.ts';

export interface IngressTarget {
  /** Of the port; empty where none is known. */
  readonly name: string;
  /** Where peers connect; nothing for captured connections, which come to a listener for all ports. */
  readonly bind: string | undefined;
  /** Port that peers connect to. */
  readonly port: number;
  /** What the inbound cluster is called by, and what policies count as the workload's port. */
  readonly workloadPort: number;
  /** An IP address, or "unix:///path". */
  readonly applicationHost: string;
  /** 0 for the path of a socket. */
  readonly applicationPort: number;
  readonly protocol: Protocol;
  /** Nobody said which protocol it is: it is looked at. */
  readonly sniffed: boolean;
  /** own: declared by the sidecar itself, where what is not HTTP/1 arrives in tunnels; sidecar: by a Sidecar; service: by the services of the workload. */
  readonly kind: 'own' | 'sidecar' | 'service';
  /** TLS from outside the mesh, of a Sidecar's ingress. */
  readonly tls: IngressListener['tls'];
  readonly connectionPool: IngressListener['connectionPool'];
  /** Services with a port that leads here, in order of host. */
  readonly services: readonly ServiceView[];
  /** Service ports that lead here. */
  readonly servicePorts: readonly number[];
  readonly from: Provenance;
}

/** A Sidecar's ingress where it has any, besides the sidecar's own ports; else, for captured workloads, the ports of their services. */
export function ingressTargets(context: Context): readonly IngressTarget[] {
  const { proxy, scope } = context;
  const behind = servicesBehind(context);
  const own = ownTargets(context, behind);
  const declared = scope.ingress.map((listener) => sidecarTarget(context, listener, behind));
  if (proxy.interception === 'NONE' || scope.ingress.length > 0) return distinct([...declared, ...own]);
  const ports = [...behind.keys()].sort((a, b) => a - b);
  return distinct([...own, ...ports.flatMap((port) => serviceTarget(port, behind))]);
}

/** Ports that services lead to at the addresses of a workload without sidecar. On loopback, which many share, those behind sidecars are not its own. */
export function portsOf({ proxy, world }: Context): readonly { readonly port: number; readonly from: Provenance }[] {
  const byAddress = instancesByAddress(world.input.registry);
  const found = new Map<number, Provenance>();
  for (const address of new Set([proxy.address, ...proxy.addresses])) {
    for (const { service, instance } of byAddress.get(address) ?? []) {
      const shared = address.startsWith('127.') && instance.mutualTls;
      if (shared || instance.namespace !== proxy.namespace) continue;
      for (const port of service.ports) {
        const reached = instance.ports.get(port.number);
        if (reached !== undefined && !found.has(reached)) found.set(reached, port.from);
      }
    }
  }
  return [...found].map(([port, from]) => ({ port, from }));
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

interface Behind {
  readonly services: ServiceView[];
  readonly servicePorts: number[];
  /** Of the first service port that leads here. */
  readonly first: ServiceView['ports'][number];
}

/** Port of the workload → what leads to it. */
type ServicesBehind = ReadonlyMap<number, Behind>;

function servicesBehind({ proxy, world }: Context): ServicesBehind {
  const byAddress = instancesByAddress(world.input.registry);
  const found = new Map<number, Behind>();
  for (const address of new Set([proxy.address, ...proxy.addresses])) {
    for (const { service, instance } of byAddress.get(address) ?? []) {
      for (const port of service.ports) {
        const reached = instance.ports.get(port.number);
        if (reached === undefined) continue;
        const behind = found.get(reached) ?? { services: [], servicePorts: [], first: port };
        found.set(reached, behind);
        if (!behind.services.includes(service)) behind.services.push(service);
        if (!behind.servicePorts.includes(port.number)) behind.servicePorts.push(port.number);
      }
    }
  }
  return found;
}

interface Placed {
  readonly service: ServiceView;
  readonly instance: InstanceView;
}

const placed = new WeakMap<RegistryView, ReadonlyMap<string, readonly Placed[]>>();

/** Made once per view: who has an address. In order of host. */
function instancesByAddress(registry: RegistryView): ReadonlyMap<string, readonly Placed[]> {
  const known = placed.get(registry);
  if (known !== undefined) return known;
  const found = new Map<string, Placed[]>();
  for (const service of registry.services.values()) {
    for (const instance of service.instances) {
      const list = found.get(instance.address);
      if (list === undefined) found.set(instance.address, [{ service, instance }]);
      else list.push({ service, instance });
    }
  }
  placed.set(registry, found);
  return found;
}

function ownTargets(context: Context, behind: ServicesBehind): IngressTarget[] {
  const group = workloadGroupOf(context);
  const from = group === undefined ? builtIn('inbound port of the sidecar') : provenanceOf(group, '');
  return context.proxy.ingress.map(({ name, bind, port, defaultEndpoint }) => {
    const application = parseHostPort(defaultEndpoint);
    const leading = behind.get(port);
    return {
      name,
      bind,
      port,
      workloadPort: application.port,
      applicationHost: application.host,
      applicationPort: application.port,
      protocol: leading?.first.protocol ?? selectProtocol(name).protocol,
      sniffed: false,
      kind: 'own',
      tls: undefined,
      connectionPool: undefined,
      services: leading?.services ?? [],
      servicePorts: leading?.servicePorts ?? [],
      from: { ...from, rule: from.rule || `port ${name}` },
    };
  });
}

function sidecarTarget({ proxy }: Context, listener: IngressListener, behind: ServicesBehind): IngressTarget {
  const { port, name, protocol, bind, captureMode, defaultEndpoint, tls, connectionPool, from } = listener;
  const application = applicationOf(defaultEndpoint, port, proxy.address);
  const selected = selectProtocol('', protocol);
  const leading = behind.get(port);
  return {
    name,
    bind: captureMode === 'NONE' ? bind || proxy.address : undefined,
    port,
    workloadPort: port,
    ...application,
    protocol: selected.protocol,
    sniffed: !selected.declared,
    kind: 'sidecar',
    tls,
    connectionPool,
    services: leading?.services ?? [],
    servicePorts: leading?.servicePorts ?? [],
    from,
  };
}

/** "0.0.0.0" and "::" mean the workload's own address. */
function applicationOf(
  defaultEndpoint: string | undefined,
  port: number,
  ownAddress: string,
): Pick<IngressTarget, 'applicationHost' | 'applicationPort'> {
  if (defaultEndpoint === undefined || defaultEndpoint === '') {
    return { applicationHost: '127.0.0.1', applicationPort: port };
  }
  if (isUnixAddress(defaultEndpoint)) return { applicationHost: defaultEndpoint, applicationPort: 0 };
  const written = parseHostPort(defaultEndpoint);
  const everywhere = written.host === '' || written.host === '0.0.0.0' || written.host === '::';
  return { applicationHost: everywhere ? ownAddress : written.host, applicationPort: written.port };
}

function serviceTarget(port: number, behind: ServicesBehind): IngressTarget[] {
  const leading = behind.get(port);
  if (leading === undefined) return [];
  const { first, services, servicePorts } = leading;
  return [
    {
      name: first.name,
      bind: undefined,
      port,
      workloadPort: port,
      // Not the workload's own address: what our sidecar sends there could be captured again by rules that are not ours.
      applicationHost: '127.0.0.1',
      applicationPort: port,
      protocol: first.protocol,
      sniffed: first.sniffed,
      kind: 'service',
      tls: undefined,
      connectionPool: undefined,
      services,
      servicePorts,
      from: first.from,
    },
  ];
}

/** A port is taken once: by the Sidecar before the sidecar's own, by these before the services. */
function distinct(targets: readonly IngressTarget[]): readonly IngressTarget[] {
  const binds = new Set<string>();
  const ports = new Set<number>();
  return targets.filter(({ bind, port, workloadPort }) => {
    const key = `${bind ?? ''}_${port}`;
    if (binds.has(key) || ports.has(workloadPort)) return false;
    binds.add(key);
    ports.add(workloadPort);
    return true;
  });
}
