/** What the routes of one RouteConfiguration are made for: the caller, the port it called, and what it sees. */

import type { ServiceShape } from '../scope/service-shape.ts';
import type { RouteSemantics } from '../virtual-services/semantics.ts';
import type { World } from '../world.ts';

/** 'grpc': a proxyless client, which knows a part of Envoy's routes and an older form of header matchers. */
export type Dialect = 'proxy' | 'grpc';

/** Findings are collected while routes are made. */
export interface RouteScope {
  readonly world: World;
  readonly dialect: Dialect;
  /** Namespace and labels of the proxy, which sourceNamespace and sourceLabels ask for. */
  readonly clientNamespace: string;
  readonly clientLabels: Readonly<Record<string, string>>;
  /** "mesh", or "ns/name" of the Gateway. */
  readonly gateway: string;
  /** Service port, or the gateway's port, that the request came for. */
  readonly calledPort: number;
  /** The listener ends TLS. */
  readonly isTls: boolean;
  /** Of the API that the rules at hand are written in; Istio's where absent. */
  readonly semantics?: RouteSemantics;
  /** By host: what the proxy has clusters for. */
  readonly services: ReadonlyMap<string, ServiceShape>;
  readonly notices: Set<string>;
  readonly missingClusters: Set<string>;
}

export type Findings = Pick<RouteScope, 'notices' | 'missingClusters'>;
