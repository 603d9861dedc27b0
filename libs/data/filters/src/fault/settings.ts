/** What is done to which requests: HTTPFault compiled, and what request headers may change of it. */

import { type Exchange, type RequestTest, requestOf } from '@weft/data-runtime';
import { fieldOf } from '../fields.ts';

export interface FaultSettings {
  readonly delay: DelaySettings | undefined;
  readonly abort: AbortSettings | undefined;
  /** All must hold. */
  readonly headers: readonly RequestTest[];
  /** Empty: any. */
  readonly upstreamCluster: string;
  /** x-envoy-downstream-service-node; empty: any. */
  readonly downstreamNodes: ReadonlySet<string>;
  readonly activeMax: number;
}

/** Numerator of the configuration and what it is a part of: a header may lower the numerator. */
export interface Percentage {
  readonly numerator: number;
  readonly denominator: number;
}

export interface DelaySettings {
  /** Nothing: a request header says. */
  readonly delayMs: number | undefined;
  readonly percentage: Percentage;
}

export interface AbortSettings {
  /** 'header': request headers say what. */
  readonly kind: 'http' | 'grpc' | 'header';
  /** HTTP or gRPC status. */
  readonly status: number;
  readonly percentage: Percentage;
}

/** Longest delay that a request header can ask for. */
export const headerDelayMaxMs = 3_600_000;

const delayHeader = 'x-envoy-fault-delay-request';
const abortHeader = 'x-envoy-fault-abort-request';
const grpcAbortHeader = 'x-envoy-fault-abort-grpc-request';
const nodeHeader = 'x-envoy-downstream-service-node';

export function isMeant(settings: FaultSettings, exchange: Exchange): boolean {
  const { upstreamCluster, headers, downstreamNodes } = settings;
  if (upstreamCluster !== '' && exchange.target?.clusterName !== upstreamCluster) return false;
  if (headers.length > 0) {
    const request = requestOf(exchange);
    for (const test of headers) if (!test(request)) return false;
  }
  if (downstreamNodes.size === 0) return true;
  const node = fieldOf(exchange.request.fields, nodeHeader);
  return node !== undefined && downstreamNodes.has(node);
}

/** 0: none. */
export function delayMsOf(delay: DelaySettings, exchange: Exchange): number {
  if (delay.delayMs !== undefined) return delay.delayMs;
  const asked = whole(fieldOf(exchange.request.fields, delayHeader));
  return asked === undefined ? 0 : Math.min(asked, headerDelayMaxMs);
}

/** 0 to 1. */
export function delayShareOf({ delayMs, percentage }: DelaySettings, exchange: Exchange): number {
  return delayMs === undefined ? shareOf(percentage, exchange, `${delayHeader}-percentage`) : share(percentage);
}

export function abortShareOf({ kind, percentage }: AbortSettings, exchange: Exchange): number {
  return kind === 'header' ? shareOf(percentage, exchange, `${abortHeader}-percentage`) : share(percentage);
}

/** HTTP status that headers ask for; nothing: none, or no status of an answer. */
export function httpAbortOf(exchange: Exchange): number | undefined {
  const status = whole(fieldOf(exchange.request.fields, abortHeader));
  return status !== undefined && status >= 200 && status < 600 ? status : undefined;
}

export function grpcAbortOf(exchange: Exchange): number | undefined {
  return whole(fieldOf(exchange.request.fields, grpcAbortHeader));
}

function shareOf(percentage: Percentage, exchange: Exchange, header: string): number {
  const asked = whole(fieldOf(exchange.request.fields, header));
  if (asked === undefined) return share(percentage);
  return Math.min(asked, percentage.numerator) / percentage.denominator;
}

function share({ numerator, denominator }: Percentage): number {
  return numerator / denominator;
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
