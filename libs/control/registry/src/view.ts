/** What the compiler reads of services and workloads: one immutable view per change. */

import type { Provenance } from '@weft/kernel';

export type Protocol = 'http' | 'http2' | 'grpc' | 'tcp' | 'tls' | 'https';

/** endpoints: known by address; dns: every name is resolved, each answer an endpoint; dns-round-robin: one answer at a time; none: the address that the client asked for. */
export type Resolution = 'endpoints' | 'dns' | 'dns-round-robin' | 'none';

export interface ServiceView {
  /** In `RegistryView.services`: the host; of a further one of that host (a ServiceEntry of another namespace) both, "host namespace". */
  readonly key: string;
  /** FQDN "payment.shop.svc.cluster.local", or a ServiceEntry's host. */
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly ServicePortView[];
  /** False for MESH_EXTERNAL. */
  readonly meshInternal: boolean;
  readonly resolution: Resolution;
  /** Namespaces that may see it, as written: ".", "*", "~" or names; absent: the mesh's default. */
  readonly exportTo: readonly string[] | undefined;
  /** Virtual addresses: IP addresses or CIDR blocks; empty for a headless service, and where none is known. */
  readonly addresses: readonly string[];
  /** Without a virtual address by its own will (clusterIP: None): clients connect to its endpoints by their own addresses. */
  readonly headless: boolean;
  /** What a certificate of an instance may show besides `identities` (ServiceEntry.subjectAltNames). */
  readonly subjectAltNames: readonly string[];
  readonly instances: readonly InstanceView[];
  /** SPIFFE ids that an instance may show, sorted: of the instances, and of the WorkloadGroups that are selected though nobody is there. */
  readonly identities: readonly string[];
  readonly from: Provenance;
}

export interface ServicePortView {
  readonly name: string;
  /** Service port. */
  readonly number: number;
  readonly protocol: Protocol;
  /** Nobody said which protocol it is: `protocol` is "tcp" and captured traffic is looked at. */
  readonly sniffed: boolean;
  /** The entry of `spec.ports` that it came from. */
  readonly from: Provenance;
}

export interface InstanceView {
  readonly address: string;
  /** Service port number → port to connect to at `address`. */
  readonly ports: ReadonlyMap<number, number>;
  readonly labels: Readonly<Record<string, string>>;
  readonly healthy: boolean;
  readonly weight: number;
  /** "region/zone/subzone" or empty. */
  readonly locality: string;
  readonly namespace: string;
  /** "spiffe://cluster.local/ns/shop/sa/payment"; empty where the workload has none. */
  readonly spiffeId: string;
  /** As `ProxyDescription.network`. */
  readonly network: string;
  /** Behind a sidecar that takes mutual TLS (Istio's label security.istio.io/tlsMode=istio). */
  readonly mutualTls: boolean;
  readonly workloadName: string;
}

export interface RegistryView {
  /** By host, in order of host. An entry that did not change is the same object in the next view; so are its `ports` and `instances`. */
  readonly services: ReadonlyMap<string, ServiceView>;
  /** What could not be done as written: "file:line resource rule: sentence". */
  readonly notices: readonly string[];
}

/** One port of a workload behind a sidecar: peers connect to `bind:port`, the application listens on `defaultEndpoint`. */
export interface IngressPort {
  /** Name of the port ("http", "grpc"), which Services select by targetPort. */
  readonly name: string;
  readonly bind: string;
  readonly port: number;
  /** "127.0.0.1:21000". */
  readonly defaultEndpoint: string;
}

/** A connected xDS client as the compiler sees it; made from Node and the authenticated identity. */
export interface ProxyDescription {
  /** Node id: "sidecar~127.0.0.1~payment-v1-1.shop~shop.svc.cluster.local". */
  readonly id: string;
  /** 'grpc': a proxyless gRPC client (metadata GENERATOR "grpc" or a gRPC user agent). */
  readonly type: 'sidecar' | 'router' | 'grpc';
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly workloadName: string;
  /** From its WorkloadGroup where it has one, else from Node metadata LABELS. */
  readonly labels: Readonly<Record<string, string>>;
  /** The first of `addresses`. */
  readonly address: string;
  /** All that peers reach it at (INSTANCE_IPS). */
  readonly addresses: readonly string[];
  /** Whether connections of its workload are redirected to it; NONE: the application connects by itself. */
  readonly interception: 'NONE' | 'REDIRECT' | 'TPROXY';
  /** "region/zone/subzone" or empty. */
  readonly locality: string;
  /** Of several networks that cannot reach one another directly; empty for the only one. */
  readonly network: string;
  /** Of the mesh's clusters; empty where there is one. */
  readonly clusterId: string;
  readonly ingress: readonly IngressPort[];
  /** Where the sidecar takes its application's traffic as an explicit HTTP proxy. */
  readonly egressProxy: { readonly bind: string; readonly port: number } | undefined;
  /** Address that gateway servers without `bind` listen on. */
  readonly gatewayBind: string;
  readonly trustDomain: string;
  /** "ns/name" of the WorkloadGroup it registered with; empty for none. */
  readonly workloadGroup: string;
  /** Access loggers that it says it has (Node.extensions), besides files and streams, in order: "envoy.access_loggers.http_grpc". Absent: none. */
  readonly accessLoggers?: readonly string[];
}
