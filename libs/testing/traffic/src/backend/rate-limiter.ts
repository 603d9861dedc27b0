/** A rate limit service whose decision is written in the descriptors that it gets. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  RateLimitRequestSchema,
  RateLimitResponse_Code,
  RateLimitResponseSchema,
} from '@weft/xds-messages/envoy/service/ratelimit/v3/rls';
import type { GrpcAnswer } from './services.ts';

/** Over the limit where a value is "over", no answer where one is "unavailable"; what it got comes back in "x-descriptors". */
export function answerRateLimit(bytes: Uint8Array): GrpcAnswer {
  const request = fromBinary(RateLimitRequestSchema, bytes);
  const entries = request.descriptors.map(({ entries }) =>
    entries.map(({ key, value }) => `${key}=${value}`).join(','),
  );
  const values = request.descriptors.flatMap(({ entries }) => entries.map(({ value }) => value));
  if (values.includes('unavailable')) return { message: undefined, delayMs: 0 };
  const over = values.includes('over');
  const response = create(RateLimitResponseSchema, {
    overallCode: over ? RateLimitResponse_Code.OVER_LIMIT : RateLimitResponse_Code.OK,
    requestHeadersToAdd: over ? [] : [{ key: 'x-descriptors', value: `${request.domain}: ${entries.join(' | ')}` }],
    responseHeadersToAdd: [{ key: 'x-limit-answer', value: over ? 'over' : 'ok' }],
  });
  return { message: toBinary(RateLimitResponseSchema, response), delayMs: 0 };
}
