/** The x-envoy-… request headers that change timeouts and retries of one request, as Envoy's router reads them. */

import { retryGrpcOnOf, retryOnOf } from '@weft/data-runtime';

/** What a request asks for itself; one object an exchange, read anew for each request. */
export interface EnvoyHeaders {
  /** One of the fields was there. */
  any: boolean;
  retryOn: number;
  /** -1: not said. */
  retriesMax: number;
  timeoutMs: number;
  perTryTimeoutMs: number;
  statusCodes: number[];
  headerNames: string[];
}

export function createEnvoyHeaders(): EnvoyHeaders {
  return {
    any: false,
    retryOn: 0,
    retriesMax: -1,
    timeoutMs: -1,
    perTryTimeoutMs: -1,
    statusCodes: [],
    headerNames: [],
  };
}

/** Reads the fields into `into` and takes them off. */
export function takeEnvoyHeaders(fields: string[], into: EnvoyHeaders): void {
  if (into.any) reset(into);
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    // Shortest: x-envoy-retry-on. Most requests have none.
    if (name.length >= 16 && name.charCodeAt(2) === 0x65 && name.startsWith('x-envoy-')) {
      if (take(name, fields[i + 1] as string, into)) {
        into.any = true;
        continue;
      }
    }
    if (kept !== i) {
      fields[kept] = name;
      fields[kept + 1] = fields[i + 1] as string;
    }
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
}

function reset(into: EnvoyHeaders): void {
  into.any = false;
  into.retryOn = 0;
  into.retriesMax = -1;
  into.timeoutMs = -1;
  into.perTryTimeoutMs = -1;
  into.statusCodes = [];
  into.headerNames = [];
}

/** @returns true: it is one of them and is taken off. */
function take(name: string, value: string, into: EnvoyHeaders): boolean {
  switch (name) {
    case 'x-envoy-retry-on':
      into.retryOn |= retryOnOf(value);
      return true;
    case 'x-envoy-retry-grpc-on':
      into.retryOn |= retryGrpcOnOf(value);
      return true;
    case 'x-envoy-max-retries':
      into.retriesMax = numberOf(value);
      return true;
    case 'x-envoy-upstream-rq-timeout-ms':
      into.timeoutMs = numberOf(value);
      return true;
    case 'x-envoy-upstream-rq-per-try-timeout-ms':
      into.perTryTimeoutMs = numberOf(value);
      return true;
    case 'x-envoy-retriable-status-codes':
      for (const part of value.split(',')) {
        const code = numberOf(part.trim());
        if (code >= 0) into.statusCodes.push(code);
      }
      return true;
    case 'x-envoy-retriable-header-names':
      for (const part of value.split(',')) if (part.trim() !== '') into.headerNames.push(part.trim().toLowerCase());
      return true;
    case 'x-envoy-hedge-on-per-try-timeout':
      return true;
    default:
      return false;
  }
}

/** @returns -1 for what is no number. */
function numberOf(value: string): number {
  return /^[0-9]{1,9}$/.test(value) ? Number(value) : -1;
}
