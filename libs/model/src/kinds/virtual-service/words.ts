/** Words that the fields of an HTTP rule may hold: retry conditions, gRPC statuses, methods. Each function returns a sentence that says what is wrong. */

import { STATUS_CODES } from 'node:http';
import { headerNameProblem } from '../../schema/names.ts';

const retryWords: ReadonlySet<string> = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** Statuses that Node names and Go, whose list is Istio's, does not. */
const unnamedStatuses: ReadonlySet<string> = new Set(['509']);

/** Signs and leading zeros are taken, as Go reads numbers. */
function isKnownStatus(word: string): boolean {
  const status = /^[+-]?\d+$/.test(word) ? String(Number(word)) : '';
  return STATUS_CODES[status] !== undefined && !unnamedStatuses.has(status);
}

/** Words and known status codes, with commas and no spaces between them. */
export function retryOnProblem(value: string): string | undefined {
  if (value === '') return undefined;
  for (const word of value.split(',')) {
    if (isKnownStatus(word) || retryWords.has(word)) continue;
    const hint = retryWords.has(word.trim()) ? '; write no spaces after a comma' : '';
    return `${JSON.stringify(word)} is not a retry condition of Envoy${hint}`;
  }
  return undefined;
}

const grpcStatuses: ReadonlySet<string> = new Set([
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]);

export function grpcStatusProblem(value: string): string | undefined {
  return grpcStatuses.has(value) ? undefined : `${JSON.stringify(value)} is not a gRPC status, such as "UNAVAILABLE"`;
}

const methods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
]);

export function corsMethodProblem(value: string): string | undefined {
  return value === '*' || methods.has(value)
    ? undefined
    : `${JSON.stringify(value)} is not an HTTP method of CORS, in upper case`;
}

export function corsHeaderProblem(value: string): string | undefined {
  return value === '*' ? undefined : headerNameProblem(value);
}
