/** What an analyser is: one doubt about a whole configuration, with a code that does not change. */

import type { AnyResource, Position, Resource } from '@weft/model';
import type { AnalysedMesh } from './analysed-mesh.ts';

/** error: does not do what it says; warning: probably not what is meant; info: worth knowing. */
export type AnalysisSeverity = 'error' | 'warning' | 'info';

/** One place that an analyser has something to say about. */
export interface Doubt {
  readonly resource: AnyResource | Resource;
  /** Below the document: "spec.http[0].route[1]"; "" for the resource itself. */
  readonly path: string;
  /** One sentence, without the path. */
  readonly message: string;
  /** The analyser's own where absent. */
  readonly severity?: AnalysisSeverity;
}

export interface Analyser {
  /** "WEFT0101": never used again for anything else. */
  readonly code: string;
  /** "unknown-host". */
  readonly name: string;
  readonly severity: AnalysisSeverity;
  /** Codes of istioctl analyze that say the same or nearly so. */
  readonly istio: readonly string[];
  /** One sentence: what is doubted. */
  readonly summary: string;
  /** What happens to traffic meanwhile, for the reference. */
  readonly effect: string;
  /** What to do, for the reference. */
  readonly remedy: string;
  /** Pure; in the order of the model. */
  find(mesh: AnalysedMesh): readonly Doubt[];
}

export interface AnalysisFinding extends Position {
  readonly code: string;
  readonly name: string;
  readonly severity: AnalysisSeverity;
  readonly istio: readonly string[];
  /** "VirtualService shop/payment". */
  readonly resource: string;
  readonly path: string;
  readonly message: string;
}
