/** Judges descriptors: fixed windows, aligned with the clock, as the public server does. */

import { createHash } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Clock } from '@weft/kernel';
import type {
  RateLimitResponse_DescriptorStatus as DescriptorStatus,
  RateLimitRequest,
  RateLimitResponse,
} from '../generated/envoy/service/ratelimit/v3/rls_pb.ts';
import {
  RateLimitResponse_Code as Code,
  RateLimitResponseSchema,
  RateLimitResponse_RateLimit_Unit as WireUnit,
} from '../generated/envoy/service/ratelimit/v3/rls_pb.ts';
import { type Entry, findLimit, type Limit, type Rules, type Unit, unitSeconds } from './config/rules.ts';
import type { Counters, Hit } from './counters/counters.ts';

export interface Limiter {
  judge(request: RateLimitRequest): Promise<RateLimitResponse>;
}

type StatusInit = Extract<NonNullable<MessageInitShape<typeof RateLimitResponseSchema>['statuses']>[number], object>;

/** Longer keys are kept as their hash. */
export const keyLengthMax = 200;
const uint32Max = 0xffff_ffff;

const wireUnits: Readonly<Record<Unit, WireUnit>> = {
  second: WireUnit.SECOND,
  minute: WireUnit.MINUTE,
  hour: WireUnit.HOUR,
  day: WireUnit.DAY,
};

export function createLimiter(rules: () => Rules, counters: Counters, clock: Clock): Limiter {
  return {
    async judge({ domain, descriptors, hitsAddend }) {
      const current = rules();
      const nowMs = clock.now();
      const limits = descriptors.map(({ entries }) => findLimit(current, domain, entries));
      const hits: Hit[] = [];
      limits.forEach((limit, index) => {
        if (limit === undefined || limit.unlimited) return;
        hits.push(hitOf(domain, descriptors[index]?.entries ?? [], limit, hitsAddend || 1, nowMs));
      });
      const counts = hits.length === 0 ? [] : await counters.add(hits);
      let counted = 0;
      let over = false;
      const statuses = limits.map((limit): StatusInit => {
        if (limit === undefined) return { code: Code.OK };
        if (limit.unlimited) return { code: Code.OK, limitRemaining: uint32Max };
        const status = statusOf(limit, counts[counted] ?? 0, nowMs);
        counted += 1;
        over ||= status.code === Code.OVER_LIMIT;
        return status;
      });
      return create(RateLimitResponseSchema, { overallCode: over ? Code.OVER_LIMIT : Code.OK, statuses });
    },
  };
}

function hitOf(domain: string, entries: readonly Entry[], limit: Limit, addend: number, nowMs: number): Hit {
  const windowMs = unitSeconds[limit.unit] * 1_000;
  const startMs = Math.floor(nowMs / windowMs) * windowMs;
  let path = JSON.stringify([domain, ...entries.flatMap(({ key, value }) => [key, value])]);
  if (path.length > keyLengthMax) path = createHash('sha256').update(path).digest('base64');
  return { key: `${path}:${limit.unit}:${startMs}`, addend, expiresAtMs: startMs + windowMs };
}

function statusOf(limit: Limit, count: number, nowMs: number) {
  const seconds = unitSeconds[limit.unit];
  const over = count > limit.requestsPerUnit;
  return {
    code: over && !limit.shadow ? Code.OVER_LIMIT : Code.OK,
    currentLimit: { name: limit.name, requestsPerUnit: limit.requestsPerUnit, unit: wireUnits[limit.unit] },
    limitRemaining: over ? 0 : limit.requestsPerUnit - count,
    durationUntilReset: { seconds: BigInt(seconds - (Math.floor(nowMs / 1_000) % seconds)), nanos: 0 },
  } satisfies StatusInit & { readonly code: DescriptorStatus['code'] };
}
