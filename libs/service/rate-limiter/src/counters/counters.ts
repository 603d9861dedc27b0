/** Where hits are counted, window by window. */

export interface Hit {
  /** Of the descriptor and its window. */
  readonly key: string;
  readonly addend: number;
  /** End of the window, milliseconds since the epoch: then the count may be forgotten. */
  readonly expiresAtMs: number;
}

export interface Counters {
  /** Adds to each key. @returns the counts afterwards, in order. @throws where the store does not answer. */
  add(hits: readonly Hit[]): Promise<readonly number[]>;
  close(): Promise<void>;
}
