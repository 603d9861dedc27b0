/** gateway.networking.k8s.io BackendTLSPolicy: how to speak TLS to a Service that brings its own certificate. */

import type { ObjectReference } from '../references.ts';

export interface BackendTlsPolicySpec {
  readonly targetRefs: readonly BackendTlsTarget[];
  readonly validation: {
    /** ConfigMaps (key ca.crt) or Secrets; or else `wellKnownCACertificates`. */
    readonly caCertificateRefs?: readonly ObjectReference[];
    readonly wellKnownCACertificates?: 'System';
    /** Server name to send, and to verify where there are no `subjectAltNames`. */
    readonly hostname: string;
    readonly subjectAltNames?: readonly BackendSubjectAltName[];
  };
  readonly options?: Readonly<Record<string, string>>;
}

/** Of the policy's own namespace. */
export interface BackendTlsTarget {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Name of a port of the Service. */
  readonly sectionName?: string;
}

export type BackendSubjectAltName =
  | { readonly type: 'Hostname'; readonly hostname: string }
  | { readonly type: 'URI'; readonly uri: string };
