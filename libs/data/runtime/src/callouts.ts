/** Requests that filters make themselves. */

import type { Cancel, ErrorCode } from '@weft/kernel';
import type { Cluster } from './tables/cluster.ts';
import type { Ref } from './tables/route.ts';

/** A small request of a filter's own: to an authoriser, a rate-limit service, a key server. */
export interface Callout {
  readonly cluster: Ref<Cluster | undefined>;
  readonly method: string;
  readonly authority: string;
  /** With query. */
  readonly target: string;
  /** Flat. */
  readonly fields: readonly string[];
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** HTTP/2 with the body framed as one gRPC message; the answer's body comes unframed. */
  readonly grpc: boolean;
}

export interface CalloutAnswer {
  readonly status: number;
  /** Flat. */
  readonly fields: readonly string[];
  readonly trailers: readonly string[];
  readonly body: Buffer;
}

/** Sends callouts over the pools of clusters; bounded in number and in the size of answers. */
export interface Callouts {
  /** @param done called once, later or at once; not after the returned cancel. A failure is a code of the table and why. */
  send(
    callout: Callout,
    done: (answer: CalloutAnswer | { readonly code: ErrorCode; readonly reason: string }) => void,
  ): Cancel;
}
