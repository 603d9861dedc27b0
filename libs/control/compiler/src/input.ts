/** What a compilation reads. */

import type { RegistryView } from '@weft/control-registry';
import type { Model } from '@weft/model';

export interface CompileInput {
  readonly model: Model;
  readonly registry: RegistryView;
  /** "cluster.local". */
  readonly domain: string;
  readonly trustDomain: string;
  /** Roots of the mesh, sent as the secret ROOTCA; PEM. */
  readonly rootsPem: string;
}
