/** A proxy under test: it has all cases of a table at once, each on a port of its own. */

import type { LogLine } from '../outcome.ts';

export interface Peer {
  readonly name: 'weft' | 'envoy';
  readonly portOf: (caseIndex: number) => number;
  /** Why the peer refused the resources of a case. */
  refusal?(caseIndex: number): string | undefined;
  /**
   * The access log's line of a request, or of its connection where the client's address is its name; waits for it, since logs are written late.
   * @returns nothing when none came in time.
   */
  logLine(caseIndex: number, id: string, from: string): Promise<LogLine | undefined>;
  stop(): Promise<void>;
}

/** How long a line of the access log may take. */
export const logLineTimeoutMs = 5_000;
