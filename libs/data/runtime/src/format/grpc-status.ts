/** The gRPC status of an exchange, and its names. */

import type { Exchange } from '../exchange.ts';

/** By number: CamelCase, SNAKE_CASE. */
const names: readonly (readonly [string, string])[] = [
  ['OK', 'OK'],
  ['Canceled', 'CANCELED'],
  ['Unknown', 'UNKNOWN'],
  ['InvalidArgument', 'INVALID_ARGUMENT'],
  ['DeadlineExceeded', 'DEADLINE_EXCEEDED'],
  ['NotFound', 'NOT_FOUND'],
  ['AlreadyExists', 'ALREADY_EXISTS'],
  ['PermissionDenied', 'PERMISSION_DENIED'],
  ['ResourceExhausted', 'RESOURCE_EXHAUSTED'],
  ['FailedPrecondition', 'FAILED_PRECONDITION'],
  ['Aborted', 'ABORTED'],
  ['OutOfRange', 'OUT_OF_RANGE'],
  ['Unimplemented', 'UNIMPLEMENTED'],
  ['Internal', 'INTERNAL'],
  ['Unavailable', 'UNAVAILABLE'],
  ['DataLoss', 'DATA_LOSS'],
  ['Unauthenticated', 'UNAUTHENTICATED'],
];

/** Nothing for an exchange that is no gRPC. From the trailers, else the head, else the HTTP status as gRPC maps it. */
export function grpcStatusOf(exchange: Exchange): number | undefined {
  if (!exchange.grpc) return undefined;
  const said = statusIn(exchange.responseTrailers) ?? statusIn(exchange.responseFields);
  if (said !== undefined) return said;
  return exchange.status === 0 ? undefined : grpcStatusOfHttp(exchange.status);
}

/** gRPC's table for answers without a grpc-status. */
export function grpcStatusOfHttp(status: number): number {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}

/** The number itself for one that has no name. */
export function grpcStatusText(status: number, style: 'CAMEL_STRING' | 'SNAKE_STRING'): string {
  return names[status]?.[style === 'CAMEL_STRING' ? 0 : 1] ?? String(status);
}

function statusIn(fields: readonly string[]): number | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== 'grpc-status') continue;
    const value = fields[i + 1] as string;
    return /^[0-9]{1,9}$/.test(value) ? Number(value) : undefined;
  }
  return undefined;
}
