/** How a proxy describes itself to the control plane (interfaces.md, section 1). */

import { create } from '@bufbuild/protobuf';
import { type Node, NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';

export interface IngressFlag {
  readonly name: string;
  readonly bind: string;
  readonly port: number;
  /** "127.0.0.1:21000". */
  readonly defaultEndpoint: string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface NodeOptions {
  readonly mode: 'sidecar' | 'gateway';
  readonly workloadGroup: { readonly namespace: string; readonly name: string };
  /** True: `workloadGroup` names the pod that it runs in. */
  readonly pod?: boolean;
  /** Address that peers reach the proxy at. */
  readonly address: string;
  readonly inbound: readonly IngressFlag[];
  readonly outbound: HostPort | undefined;
  /** True: connections are brought to it by the system (`weft capture`), and say where they wanted to go. */
  readonly captured?: boolean;
  readonly gatewayBind: string;
  readonly admin: HostPort;
  /** Of this program, for the control plane's log. */
  readonly version: string;
}

export function describeNode(options: NodeOptions): Node {
  const { namespace, name } = options.workloadGroup;
  const kind = options.mode === 'gateway' ? 'router' : 'sidecar';
  const domain = `${namespace}.svc.cluster.local`;
  return create(NodeSchema, {
    // The first inbound port tells two instances of one group at one address apart.
    id: `${kind}~${options.address}~${instanceName(options)}.${namespace}~${domain}`,
    cluster: `${name}.${namespace}`,
    userAgentName: 'weft',
    userAgentVersionType: { case: 'userAgentVersion', value: options.version },
    metadata: {
      NAMESPACE: namespace,
      WORKLOAD_NAME: name,
      ...(options.pod === true ? {} : { AUTO_REGISTER_GROUP: name }),
      INSTANCE_IPS: options.address,
      INTERCEPTION_MODE: options.captured === true ? 'REDIRECT' : 'NONE',
      WEFT_INGRESS: options.inbound.map(({ name: port, bind, port: number, defaultEndpoint }) => ({
        name: port,
        bind,
        port: number,
        defaultEndpoint,
      })),
      ...(options.outbound === undefined
        ? {}
        : { WEFT_EGRESS_PROXY: { bind: options.outbound.host, port: options.outbound.port } }),
      WEFT_GATEWAY_BIND: options.gatewayBind,
      WEFT_ADMIN: `${options.admin.host}:${options.admin.port}`,
    },
  });
}

function instanceName(options: NodeOptions): string {
  if (options.pod === true) return options.workloadGroup.name;
  const port = options.inbound[0]?.port ?? options.outbound?.port ?? options.admin.port;
  return `${options.workloadGroup.name}-${port}`;
}
