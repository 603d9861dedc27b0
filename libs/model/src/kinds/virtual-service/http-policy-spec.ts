/** What an HTTP rule of a VirtualService does to a request beyond choosing its destination. */

import type { StringMatch } from './http-spec.ts';

/** 0 to 100; 0 where `value` is absent in the document. */
export interface Percent {
  readonly value: number;
}

export interface HttpRewrite {
  /** Replaces what the match's prefix matched, else the whole path. Never beside `uriRegexRewrite`. */
  readonly uri?: string;
  readonly authority?: string;
  /** RE2 over the path without query; `rewrite` has \1 for a group. */
  readonly uriRegexRewrite?: { readonly match: string; readonly rewrite: string };
}

export interface HttpRetry {
  /** Beyond the first request; 0, also where absent in the document: none. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  /** Envoy's words and status codes, separated by commas; absent: the mesh's default. */
  readonly retryOn?: string;
  readonly retryRemoteLocalities?: boolean;
  readonly retryIgnorePreviousHosts?: boolean;
  readonly backoffMs?: number;
}

export interface HttpFault {
  readonly delay?: {
    readonly fixedDelayMs: number;
    /** 0 % where absent. */
    readonly percentage?: Percent;
  };
  /** One of `httpStatus` and `grpcStatus`. */
  readonly abort?: {
    readonly httpStatus?: number;
    /** Name of a gRPC status ("UNAVAILABLE") or its number, as written. */
    readonly grpcStatus?: string;
    /** 0 % where absent. */
    readonly percentage?: Percent;
  };
}

export interface CorsPolicy {
  readonly allowOrigins?: readonly StringMatch[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeMs?: number;
  readonly allowCredentials?: boolean;
  readonly unmatchedPreflights?: 'UNSPECIFIED' | 'FORWARD' | 'IGNORE';
}
