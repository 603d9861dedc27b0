/** gateway.networking.k8s.io Gateway, kind "Gateway.gateway.networking.k8s.io". */

import type { LabelSelector } from '../../label-selector.ts';
import type { ObjectReference, SecretReference } from '../references.ts';

export interface KubernetesGatewaySpec {
  readonly gatewayClassName: string;
  readonly listeners: readonly GatewayListener[];
  readonly addresses?: readonly GatewayAddress[];
  readonly infrastructure?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly parametersRef?: ObjectReference;
  };
}

export interface GatewayListener {
  /** Unique in its Gateway; `sectionName` of routes names it. */
  readonly name: string;
  /** Absent: all hosts; "*.example.com" takes any number of labels. */
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP';
  readonly tls?: ListenerTls;
  readonly allowedRoutes?: AllowedRoutes;
}

export interface ListenerTls {
  /** Terminate where absent. */
  readonly mode?: 'Terminate' | 'Passthrough';
  readonly certificateRefs?: readonly SecretReference[];
  /** Callers must show a certificate of one of these. */
  readonly frontendValidation?: { readonly caCertificateRefs: readonly ObjectReference[] };
  /** "gateway.istio.io/tls-terminate-mode" and the like. */
  readonly options?: Readonly<Record<string, string>>;
}

export interface AllowedRoutes {
  readonly namespaces?: {
    /** Same where absent. */
    readonly from?: 'All' | 'Same' | 'Selector' | 'None';
    /** For from: Selector. */
    readonly selector?: LabelSelector;
  };
  /** Absent: every kind that fits the protocol. */
  readonly kinds?: readonly { readonly group?: string; readonly kind: string }[];
}

export interface GatewayAddress {
  /** IPAddress where absent. */
  readonly type?: 'IPAddress' | 'Hostname';
  readonly value?: string;
}
