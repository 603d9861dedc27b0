/** Asks a rate-limit service: envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit over gRPC. */

import { create, toBinary } from '@bufbuild/protobuf';
import type { Callouts, Cluster, Ref } from '@weft/data-runtime';
import type { Cancel } from '@weft/kernel';
import { RateLimitRequestSchema, RateLimitResponseSchema } from '@weft/xds-messages/envoy/service/ratelimit/v3/rls';
import { grpcMessageOf } from '../grpc-callout.ts';
import { type RateLimitVerdict, verdictOf } from './verdict.ts';

export interface AskSettings {
  readonly callouts: Callouts;
  readonly cluster: Ref<Cluster | undefined>;
  readonly authority: string;
  readonly timeoutMs: number;
  /** Flat: initial_metadata. */
  readonly metadata: readonly string[];
}

/** `done` is called once, maybe at once, not after the cancel. A text: why there is no verdict. */
export type Ask = (
  domain: string,
  descriptors: readonly (readonly string[])[],
  done: (verdict: RateLimitVerdict | string) => void,
) => Cancel;

const target = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

export function createAsk({ callouts, cluster, authority, timeoutMs, metadata }: AskSettings): Ask {
  return (domain, descriptors, done) => {
    const body = Buffer.from(toBinary(RateLimitRequestSchema, requestOf(domain, descriptors)));
    const callout = { cluster, method: 'POST', authority, target, fields: metadata, body, timeoutMs, grpc: true };
    return callouts.send(callout, (answer) => {
      if ('code' in answer) return done(answer.reason);
      const response = grpcMessageOf(answer, RateLimitResponseSchema);
      if (typeof response === 'string') return done(`the rate-limit service ${response}`);
      done(verdictOf(response) ?? 'the rate-limit service does not know');
    });
  };
}

function requestOf(domain: string, descriptors: readonly (readonly string[])[]) {
  return create(RateLimitRequestSchema, {
    domain,
    descriptors: descriptors.map((flat) => {
      const entries: { key: string; value: string }[] = [];
      for (let i = 0; i < flat.length; i += 2) entries.push({ key: flat[i] as string, value: flat[i + 1] as string });
      return { entries };
    }),
  });
}
