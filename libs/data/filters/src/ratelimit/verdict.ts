/** What a rate-limit service says of a request. */

import type { HeaderValue } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  RateLimitResponse_Code as Code,
  type RateLimitResponse_DescriptorStatus as DescriptorStatus,
  type RateLimitResponse,
  RateLimitResponse_RateLimit_Unit as Unit,
} from '@weft/xds-messages/envoy/service/ratelimit/v3/rls';
import { isWritable, octetsOf } from '../fields.ts';

export interface LimitHeaders {
  /** "10, 10;w=60;name=\"x\", 100;w=3600". */
  readonly limit: string;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface RateLimitVerdict {
  readonly overLimit: boolean;
  /** Flat. */
  readonly responseFields: readonly string[];
  readonly requestFields: readonly string[];
  readonly body: string;
  readonly metadata: Record<string, unknown> | undefined;
  readonly limit: LimitHeaders | undefined;
}

const windowSeconds: Readonly<Record<number, number>> = {
  [Unit.SECOND]: 1,
  [Unit.MINUTE]: 60,
  [Unit.HOUR]: 3_600,
  [Unit.DAY]: 86_400,
};

export function verdictOf(response: RateLimitResponse): RateLimitVerdict | undefined {
  if (response.overallCode === Code.UNKNOWN) return undefined;
  return {
    overLimit: response.overallCode === Code.OVER_LIMIT,
    responseFields: fieldsOf(response.responseHeadersToAdd),
    requestFields: fieldsOf(response.requestHeadersToAdd),
    body: Buffer.from(response.rawBody).toString('utf8'),
    metadata: response.dynamicMetadata,
    limit: limitOf(response.statuses),
  };
}

/** Of the descriptor that is nearest to its limit; windows of all. */
function limitOf(statuses: readonly DescriptorStatus[]): LimitHeaders | undefined {
  let nearest: DescriptorStatus | undefined;
  let windows = '';
  for (const status of statuses) {
    const { currentLimit } = status;
    if (currentLimit === undefined) continue;
    if (nearest === undefined || status.limitRemaining < nearest.limitRemaining) nearest = status;
    const seconds = windowSeconds[currentLimit.unit];
    if (seconds === undefined) continue;
    windows += `, ${currentLimit.requestsPerUnit};w=${seconds}`;
    if (currentLimit.name !== '') windows += `;name="${currentLimit.name.replaceAll(/[^ !#-[\]-~]/g, '')}"`;
  }
  if (nearest?.currentLimit === undefined) return undefined;
  return {
    limit: `${nearest.currentLimit.requestsPerUnit}${windows}`,
    remaining: nearest.limitRemaining,
    resetSeconds: Number(nearest.durationUntilReset?.seconds ?? 0n),
  };
}

function fieldsOf(headers: readonly HeaderValue[]): readonly string[] {
  const fields: string[] = [];
  for (const { key, value, rawValue } of headers) {
    const name = key.toLowerCase();
    const text = octetsOf(value, rawValue);
    if (!isWritable(name, text) || name.startsWith(':') || name === 'host') continue;
    fields.push(name, text);
  }
  return fields;
}
