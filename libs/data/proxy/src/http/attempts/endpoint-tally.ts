/** What `/clusters` tells of an endpoint's requests: each attempt is counted once, where Envoy's router counts it. */

import type { EndpointCounts } from '@weft/data-runtime';
import { grpcStatusIn, httpStatusOf } from '../grpc-answer.ts';

/** An answer that goes to the client. @returns true: of gRPC, which its trailers decide. */
export function tallyHead(
  counts: EndpointCounts,
  grpc: boolean,
  status: number,
  fields: readonly string[],
  end: boolean,
): boolean {
  if (status >= 500 && status < 600) counts.requestErrors += 1;
  else if (!grpc) counts.requestSuccesses += 1;
  else if (end) tallyGrpc(counts, fields);
  else return true;
  return false;
}

/** @param fields that a gRPC answer ends with; without a status it is an error. */
export function tallyGrpc(counts: EndpointCounts, fields: readonly string[]): void {
  const status = grpcStatusIn(fields);
  if (status !== undefined && httpStatusOf(status) < 500) counts.requestSuccesses += 1;
  else counts.requestErrors += 1;
}
