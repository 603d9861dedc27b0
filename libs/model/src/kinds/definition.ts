/** What each kind's folder provides; the registry lists them. */

import type { z } from 'zod';
import type { Kind, Specs } from '../resource.ts';

/** Tells of one violation; `path` is below the document ("spec.http[0]"), shown at its value, or at its key where asked for. */
export type Report = (path: string, message: string, at?: 'key' | 'value') => void;

export interface KindDefinition<K extends Kind> {
  readonly kind: K;
  /** "v1", "networking.istio.io/v1beta1". */
  readonly apiVersions: readonly string[];
  /** The YAML form of `spec`, transformed into the Spec with its defaults. */
  readonly schema: z.ZodType<Specs[K]>;
  /** Rules between fields; the fields themselves are legal already. */
  validate(spec: Specs[K], report: Report): void;
}

export const networkingVersions = [
  'networking.istio.io/v1',
  'networking.istio.io/v1beta1',
  'networking.istio.io/v1alpha3',
] as const;
