/** From what a proxy says of itself (interfaces.md, section 1) and what its token proves, to what the compiler reads. */

import { isIP } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import type { WorkloadIdentity } from '@weft/control-ca';
import { factsOfPod, type ProxyDescription } from '@weft/control-registry';
import type { Model, Resource } from '@weft/model';
import type { Node } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Refusal } from '@weft/xds-protocol';
import { z } from 'zod';

/** Ports that one workload may declare. */
export const ingressPortsMax = 64;
/** Longest node id, UTF-16 units. */
export const nodeIdLengthMax = 512;

/** Who opened a stream: a token's identity, or nobody on the clear-text port. */
export interface StreamIdentity {
  readonly workload: WorkloadIdentity | undefined;
}

const name = z.string().max(253);
const port = z.int().min(1).max(65535);
const metadataSchema = z.object({
  NAMESPACE: name.default(''),
  WORKLOAD_NAME: name.default(''),
  AUTO_REGISTER_GROUP: name.default(''),
  INSTANCE_IPS: z.string().max(1024).default(''),
  INTERCEPTION_MODE: z.string().max(64).default(''),
  NETWORK: name.default(''),
  CLUSTER_ID: name.default(''),
  GENERATOR: z.string().max(64).default(''),
  LABELS: z.record(z.string().max(316), z.string().max(253)).default({}),
  WEFT_INGRESS: z
    .array(z.object({ name, bind: z.ipv4().or(z.ipv6()), port, defaultEndpoint: z.string().max(300) }))
    .max(ingressPortsMax)
    .default([]),
  WEFT_EGRESS_PROXY: z.object({ bind: z.ipv4().or(z.ipv6()), port }).optional(),
  WEFT_GATEWAY_BIND: z.ipv4().or(z.ipv6()).default('0.0.0.0'),
  WEFT_ADMIN: z.string().max(300).default(''),
});

export interface DescribedProxy {
  readonly refused: false;
  readonly proxy: ProxyDescription;
  /** Where `weft proxy-config` reaches the proxy on its own machine; empty where it says none. */
  readonly admin: string;
}

const refuse = (status: grpc.status, reason: string): Refusal => ({ refused: true, status, reason });

/** Refused: a malformed node, a group that is not the token's, a group that does not exist. The token decides, the node informs. */
export function describeProxy(
  node: Node,
  identity: StreamIdentity,
  model: Model,
  trustDomain: string,
): DescribedProxy | Refusal {
  if (node.id.length > nodeIdLengthMax) return refuse(grpc.status.INVALID_ARGUMENT, 'the node id is too long');
  const parsed = metadataSchema.safeParse(node.metadata ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(
      grpc.status.INVALID_ARGUMENT,
      `node metadata ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const metadata = parsed.data;
  const { workload } = identity;
  const claimed = claimedGroup(metadata.AUTO_REGISTER_GROUP, workload, model);
  if (claimed.refused) return claimed;
  const { group, resource } = claimed;
  const [type = '', address = '', idName = ''] = node.id.split('~');
  const told = metadata.INSTANCE_IPS.split(',').map((item) => item.trim());
  const addresses = told.filter((item) => isIP(item) !== 0);
  const reached = told[0] || address;
  if (group !== '' && isIP(reached) === 0) {
    return refuse(grpc.status.INVALID_ARGUMENT, 'the proxy registers without an IP address that peers can reach it at');
  }
  const namespace = workload?.namespace ?? (metadata.NAMESPACE || 'default');
  const pod =
    workload === undefined || group !== '' ? undefined : model.get('Pod', namespace, workloadNameOf(idName, namespace));
  const podProblem = pod && problemOfPod(pod, workload?.serviceAccount ?? '', reached);
  if (podProblem !== undefined) return refuse(grpc.status.PERMISSION_DENIED, podProblem);
  const facts = pod && factsOfPod(pod, model, trustDomain);
  return {
    refused: false,
    admin: metadata.WEFT_ADMIN,
    proxy: {
      id: node.id,
      type: typeOf(type, metadata.GENERATOR, node.userAgentName),
      namespace,
      serviceAccount: workload?.serviceAccount ?? '',
      workloadName: facts?.workloadName ?? (metadata.WORKLOAD_NAME || workloadNameOf(idName, namespace)),
      labels: resource === undefined ? (facts?.labels ?? metadata.LABELS) : { ...resource.spec.metadata?.labels },
      address: reached,
      addresses: addresses.length > 0 ? addresses : isIP(reached) === 0 ? [] : [reached],
      interception: interceptionOf(metadata.INTERCEPTION_MODE),
      locality: localityOf(node) || (resource?.spec.template.locality ?? facts?.locality ?? ''),
      network: metadata.NETWORK || (resource?.spec.template.network ?? facts?.network ?? ''),
      clusterId: metadata.CLUSTER_ID,
      ingress: metadata.WEFT_INGRESS,
      egressProxy: metadata.WEFT_EGRESS_PROXY,
      gatewayBind: metadata.WEFT_GATEWAY_BIND,
      trustDomain,
      workloadGroup: group,
      ...loggersOf(node),
    },
  };
}

interface ClaimedGroup {
  readonly refused: false;
  /** "shop/order"; '' for none. */
  readonly group: string;
  readonly resource: Resource<'WorkloadGroup'> | undefined;
}

/** The group that a proxy registers with, where its token says that it may. */
function claimedGroup(groupName: string, workload: WorkloadIdentity | undefined, model: Model): ClaimedGroup | Refusal {
  if (groupName === '') return { refused: false, group: '', resource: undefined };
  if (workload === undefined) {
    return refuse(grpc.status.PERMISSION_DENIED, 'registering with a workload group needs a join token');
  }
  const group = `${workload.namespace}/${groupName}`;
  if (workload.group !== '' && group !== workload.group) {
    return refuse(
      grpc.status.PERMISSION_DENIED,
      `the join token is of workload group ${workload.group}, the proxy claims ${group}`,
    );
  }
  const resource = model.get('WorkloadGroup', workload.namespace, groupName);
  if (resource === undefined) {
    return refuse(grpc.status.FAILED_PRECONDITION, `WorkloadGroup ${group} does not exist`);
  }
  const account = resource.spec.template.serviceAccount ?? 'default';
  if (workload.group === '' && account !== workload.serviceAccount) {
    return refuse(
      grpc.status.PERMISSION_DENIED,
      `WorkloadGroup ${group} is of service account ${account}, the proxy is of ${workload.serviceAccount}`,
    );
  }
  return { refused: false, group, resource };
}

/** A pod is known by its name in the node id, and its token must be of the service account that it runs as, at its address. */
function problemOfPod({ name, spec }: Resource<'Pod'>, serviceAccount: string, address: string): string | undefined {
  const account = spec.serviceAccountName ?? 'default';
  if (account !== serviceAccount)
    return `pod ${name} is of service account ${account}, the proxy is of ${serviceAccount}`;
  const { podIP, podIPs = [] } = spec.status ?? {};
  if (podIP === undefined || podIP === address || podIPs.includes(address)) return undefined;
  return `pod ${name} does not have the address ${address} that the proxy says`;
}

/** "payment-v1-1.shop" in namespace shop: "payment-v1-1". */
function workloadNameOf(idName: string, namespace: string): string {
  return idName.endsWith(`.${namespace}`) ? idName.slice(0, -namespace.length - 1) : idName;
}

function typeOf(type: string, generator: string, userAgent: string): ProxyDescription['type'] {
  if (generator === 'grpc' || /^grpc/i.test(userAgent)) return 'grpc';
  return type === 'router' ? 'router' : 'sidecar';
}

/** A proxy that says nothing is not captured: our own sidecar and a stock Envoy under Istio's bootstrap both say it. */
function interceptionOf(mode: string): ProxyDescription['interception'] {
  return mode === 'REDIRECT' || mode === 'TPROXY' ? mode : 'NONE';
}

/** "region/zone/subzone" without the parts that are missing at its end. */
function localityOf({ locality }: Node): string {
  const { region = '', zone = '', subZone = '' } = locality ?? {};
  return [region, zone, subZone].join('/').replace(/\/+$/, '');
}

/** Loggers besides files and streams, which every proxy is taken to have. */
const loggers: readonly string[] = [
  'envoy.access_loggers.http_grpc',
  'envoy.access_loggers.open_telemetry',
  'envoy.access_loggers.tcp_grpc',
];

function loggersOf({ extensions }: Node): Pick<ProxyDescription, 'accessLoggers'> {
  const names = new Set(extensions.filter(({ disabled }) => !disabled).map(({ name }) => name));
  const known = loggers.filter((name) => names.has(name));
  return known.length === 0 ? {} : { accessLoggers: known };
}
