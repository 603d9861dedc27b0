/** What Linkerd's policies read of a workload itself: its default policy, the names of its ports, the probes of its Pod. */

import type { Provenance } from '@weft/kernel';
import {
  type AccessPolicy,
  type AnyResource,
  type PodSpec,
  type PortRange,
  parseLinkerdAnnotations,
  type Resource,
} from '@weft/model';
import type { Context } from '../context.ts';
import { workloadGroupOf } from '../ingress.ts';

/** Ports that carry bytes by annotation of the Pod or the WorkloadGroup, else of the namespace. */
export function isOpaque(context: Context, port: number): boolean {
  for (const { annotations } of annotatedPlaces(context)) {
    const ranges = parseLinkerdAnnotations(annotations).value.opaquePorts;
    if (ranges !== undefined) return isWithin(ranges, port);
  }
  return false;
}

/**
 * Ports that pass the proxy by without being looked at, by annotation: what Linkerd leaves out of its capture, this mesh has captured already.
 */
export function skippedPorts(context: Context, side: 'inbound' | 'outbound'): SkippedPorts {
  const name = `config.linkerd.io/skip-${side}-ports`;
  for (const { resource, annotations, path } of annotatedPlaces(context)) {
    const { skipInboundPorts, skipOutboundPorts } = parseLinkerdAnnotations(annotations).value;
    const ranges = side === 'inbound' ? skipInboundPorts : skipOutboundPorts;
    if (ranges !== undefined) return { ranges, from: placeOf(resource, path, name) };
  }
  return { ranges: [], from: undefined };
}

export interface SkippedPorts {
  readonly ranges: readonly PortRange[];
  /** Absent where no annotation says anything. */
  readonly from: Provenance | undefined;
}

export function isWithin(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(({ first, last }) => first <= port && port <= last);
}

export interface DefaultPolicy {
  readonly policy: AccessPolicy;
  readonly from: Provenance;
}

export interface ProbeRequest {
  readonly port: number;
  readonly path: string;
}

const annotation = 'config.linkerd.io/default-inbound-policy';
/** Linkerd's settings of proxies. */
const settings = 'config.linkerd.io/';

/** Of the Pod or the WorkloadGroup, else of the namespace; nothing: everyone may come. */
export function defaultPolicyOf(context: Context): DefaultPolicy | undefined {
  for (const { resource, annotations, path } of annotatedPlaces(context)) {
    if (annotations[annotation] === undefined) continue;
    const policy = parseLinkerdAnnotations(annotations).value.defaultInboundPolicy;
    if (policy !== undefined) return { policy, from: placeOf(resource, path, annotation) };
  }
  return undefined;
}

interface AnnotatedPlace {
  readonly resource: AnyResource;
  readonly annotations: Readonly<Record<string, string>>;
  readonly path: string;
}

/** Whose word goes first. */
function annotatedPlaces(context: Context): readonly AnnotatedPlace[] {
  const pod = podOf(context);
  const group = workloadGroupOf(context);
  const namespace = namespaceOf(context);
  return [
    ...(pod === undefined ? [] : [{ resource: pod, annotations: pod.annotations, path: 'metadata.annotations' }]),
    ...(group === undefined
      ? []
      : [{ resource: group, annotations: group.spec.metadata?.annotations ?? {}, path: 'spec.metadata.annotations' }]),
    ...(namespace === undefined
      ? []
      : [{ resource: namespace, annotations: namespace.annotations, path: 'metadata.annotations' }]),
  ];
}

/** Of its containers, or of its WorkloadGroup; several containers may use one name. */
export function namedPorts(context: Context): ReadonlyMap<string, readonly number[]> {
  const pod = podOf(context);
  const found = new Map<string, number[]>();
  const add = (name: string, port: number): void => {
    found.set(name, [...(found.get(name) ?? []), port]);
  };
  for (const { name, containerPort } of containersOf(pod).flatMap(({ ports = [] }) => ports)) {
    if (name !== undefined) add(name, containerPort);
  }
  for (const [name, port] of Object.entries(workloadGroupOf(context)?.spec.template.ports ?? {})) add(name, port);
  return found;
}

/** Requests that the kubelet makes: they need no leave where no route says otherwise. */
export function probeRequests(context: Context): readonly ProbeRequest[] {
  const names = namedPorts(context);
  return containersOf(podOf(context)).flatMap(({ readinessProbe, livenessProbe, startupProbe }) =>
    [livenessProbe, readinessProbe, startupProbe].flatMap((probe): ProbeRequest[] => {
      if (probe?.httpGet === undefined) return [];
      const { path = '/', port } = probe.httpGet;
      const [before = '/'] = path.split('?', 1);
      const ports = typeof port === 'number' ? [port] : (names.get(port) ?? []);
      return ports.map((number) => ({ port: number, path: before }));
    }),
  );
}

/** All of this file, for the cache, always as many: Pods change often, and mostly in what is not read here. */
export function workloadInputs(context: Context): readonly unknown[] {
  const pod = podOf(context);
  return [workloadGroupOf(context), namespaceOf(context), pod === undefined ? '' : textOf(pod), isOnLoopback(context)];
}

const texts = new WeakMap<Resource<'Pod'>, string>();

/** What is read of a Pod, written once for each that the cluster tells of. */
function textOf(pod: Resource<'Pod'>): string {
  const known = texts.get(pod);
  if (known !== undefined) return known;
  const read = Object.entries(pod.annotations).filter(([key]) => key.startsWith(settings));
  const text = JSON.stringify([read, containersOf(pod)]);
  texts.set(pod, text);
  return text;
}

/** Peers reach the proxy on loopback, as all do where many workloads share a machine. */
export function isOnLoopback({ proxy }: Context): boolean {
  return [proxy.address, ...proxy.addresses].some((address) => address.startsWith('127.') || address === '::1');
}

export function isPod(context: Context): boolean {
  return podOf(context) !== undefined;
}

function containersOf(pod: Resource<'Pod'> | undefined): PodSpec['containers'] {
  return pod === undefined ? [] : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
}

/** The node id of a Pod is "sidecar~address~name.namespace~…". */
function podOf({ proxy, world }: Context): Resource<'Pod'> | undefined {
  if (proxy.workloadGroup !== '') return undefined;
  const end = `.${proxy.namespace}`;
  const [, , name = ''] = proxy.id.split('~');
  return name.endsWith(end) ? world.input.model.get('Pod', proxy.namespace, name.slice(0, -end.length)) : undefined;
}

function namespaceOf({ proxy, world }: Context): Resource<'Namespace'> | undefined {
  return world.input.model.get('Namespace', '', proxy.namespace);
}

function placeOf({ kind, namespace, name, at }: AnyResource, path: string, rule: string): Provenance {
  const { file, line } = at(`${path}[${JSON.stringify(rule)}]`);
  const whole = namespace === '' || kind === 'Namespace' ? name : `${namespace}/${name}`;
  return { resource: `${kind} ${whole}`, file, line, rule };
}
