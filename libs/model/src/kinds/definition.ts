/** What each kind's folder provides; the registry lists them. */

import type { z } from 'zod';
import type { Kind, Resource, Specs } from '../resource.ts';

/** Tells of one violation; `path` is below the document ("spec.http[0]"), shown at its value, or at its key where asked for. */
export type Report = (path: string, message: string, at?: 'key' | 'value') => void;

/** What `validate` is handed besides the spec. */
export interface ValidationContext {
  /** A violation: the document is refused. */
  readonly report: Report;
  /** A doubt: the document is taken, and the user is told. */
  readonly warn: Report;
  /** The body as written, before defaults and translation: for fields that are taken and deprecated. */
  readonly written: unknown;
  readonly metadata: Pick<Resource, 'namespace' | 'name' | 'labels' | 'annotations'>;
}

export interface KindDefinition<K extends Kind> {
  /** The kind as written, and where two groups share one, the group after it, as kubectl has it: "HTTPRoute.policy.linkerd.io". */
  readonly kind: K;
  /** "v1", "networking.istio.io/v1beta1". */
  readonly apiVersions: readonly string[];
  /** "spec", or "" for kinds whose fields lie beside `metadata` (Secret, ConfigMap, EndpointSlice): then paths start at the document. */
  readonly root?: 'spec' | '';
  /** With root "": parts of the envelope that the schema is handed too (a Pod's address stands in its `status`). */
  readonly reads?: readonly ('metadata' | 'status')[];
  /** Belongs to no namespace (Namespace, Node, GatewayClass): `namespace` is empty. */
  readonly clusterScoped?: true;
  /** Values of this kind are shown nowhere: not in the operator API, not in messages. */
  readonly confidential?: true;
  /** The YAML form of the body, transformed into the Spec with its defaults. */
  readonly schema: z.ZodType<Specs[K]>;
  /** Rules between fields; the fields themselves are legal already. */
  validate(spec: Specs[K], context: ValidationContext): void;
}

/** "Gateway" of "Gateway.gateway.networking.k8s.io". */
export function writtenKind(kind: Kind): string {
  return kind.split('.', 1)[0] ?? kind;
}

export const networkingVersions = [
  'networking.istio.io/v1',
  'networking.istio.io/v1beta1',
  'networking.istio.io/v1alpha3',
] as const;

export const securityVersions = ['security.istio.io/v1', 'security.istio.io/v1beta1'] as const;
