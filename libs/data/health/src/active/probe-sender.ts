/** How a probe reaches an endpoint: made over the pools and the dialer by whoever composes the proxy. */

import type { Cluster, Endpoint } from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';

export interface ProbeRequest {
  readonly method: string;
  readonly authority: string;
  /** With query. */
  readonly target: string;
  /** Flat. */
  readonly fields: readonly string[];
  /** Empty: none. */
  readonly body: Buffer;
  /** Of the answer: what is kept; the rest is read and dropped. */
  readonly bodyBytesMax: number;
}

export interface ProbeAnswer {
  readonly status: number;
  /** Flat. */
  readonly fields: readonly string[];
  readonly trailers: readonly string[];
  readonly body: Buffer;
}

export interface ProbeSender {
  /**
   * One request to one endpoint, over HTTP as `cluster.http` says. @param cluster of the probes: its breakers and limits are theirs alone.
   * @param done called once, later or at once; not after the returned cancel.
   */
  request(
    cluster: Cluster,
    endpoint: Endpoint,
    request: ProbeRequest,
    done: (answer: ProbeAnswer | { readonly failure: string }) => void,
  ): Cancel;
  /** One connection. @param send nothing: none. The returned cancel closes it, whatever came. `onFailed` once at most, and last. */
  connect(
    cluster: Cluster,
    endpoint: Endpoint,
    send: Buffer | undefined,
    onConnected: () => void,
    onData: (bytes: Buffer) => void,
    onFailed: (reason: string) => void,
  ): Cancel;
}
