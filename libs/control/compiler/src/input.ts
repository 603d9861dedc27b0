/** What a compilation reads. */

import type { RegistryView } from '@weft/control-registry';
import type { MeshConfig, Model } from '@weft/model';

export interface CompileInput {
  readonly model: Model;
  readonly registry: RegistryView;
  /** What holds for the whole mesh; `trustDomain` below wins over its own. */
  readonly mesh: MeshConfig;
  /** "cluster.local". */
  readonly domain: string;
  readonly trustDomain: string;
  /** Key sets for JWTs, by where they come from (`keySourceOf`); what could not be fetched is missing. */
  readonly keySets: ReadonlyMap<string, string>;
  /** Roots of the mesh, sent as the secret ROOTCA; PEM. */
  readonly rootsPem: string;
  /** Revocation lists of every authority below these roots, PEM, sent with ROOTCA; empty or absent: none. */
  readonly crlPem?: string;
}
