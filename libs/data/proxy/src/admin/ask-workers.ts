/** What the admin pages may ask of the processes that do the work, where this one does not do it itself. */

import type { Tap, TapSink } from '@weft/data-filters';
import type { ClusterFacts } from './pages/cluster-facts.ts';
import type { RequestsAsked } from './pages/requests.ts';

/** What `done` gets are the answers that came in time, one for each process; it is called once. */
export interface AskWorkers {
  /** Prometheus' text format. */
  metrics(done: (texts: readonly string[]) => void): void;
  clusters(done: (facts: readonly (readonly ClusterFacts[])[]) => void): void;
  requests(asked: RequestsAsked, done: (lines: readonly (readonly string[])[]) => void): void;
  /** Open ones. */
  taps(): number;
  /** @param query of `/tap`, a valid one. @returns nothing: there are `tapsMax` already. */
  tap(query: string, sink: TapSink): Tap | undefined;
}
