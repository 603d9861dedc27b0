/** Failures between a service's table and gRPC's statuses: the stable code travels in the trailers. */

import * as grpc from '@grpc/grpc-js';
import { ServiceError } from '../errors/service-error.ts';
import { isServiceErrorCode } from '../errors/table.ts';

const errorCodeTrailer = 'error-code';

/** What the caller gets; an unexpected failure tells it nothing but `internal`. */
export function toStatus(thrown: unknown): Partial<grpc.StatusObject> {
  const error = thrown instanceof ServiceError ? thrown : new ServiceError('internal', { cause: thrown });
  const metadata = new grpc.Metadata();
  metadata.set(errorCodeTrailer, error.code);
  const violations = error.violations.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return {
    code: error.row.grpcStatus,
    details: [error.message, violations].filter((text) => text !== '').join(' '),
    metadata,
  };
}

/** A failed call as its caller sees it: the callee's own code where there is one, otherwise by status. */
export function fromStatus(error: grpc.ServiceError, method: string): ServiceError {
  const named = error.metadata?.get(errorCodeTrailer)[0];
  const detail = `${method}: ${error.details}`;
  if (isServiceErrorCode(named)) return new ServiceError(named, { detail, cause: error });
  if (error.code === grpc.status.DEADLINE_EXCEEDED) {
    return new ServiceError('dependency_timeout', { detail, cause: error });
  }
  return new ServiceError(unavailable.has(error.code) ? 'dependency_unavailable' : 'internal', {
    detail,
    cause: error,
  });
}

const unavailable: ReadonlySet<number> = new Set([
  grpc.status.UNAVAILABLE,
  grpc.status.CANCELLED,
  grpc.status.RESOURCE_EXHAUSTED,
  grpc.status.ABORTED,
  grpc.status.UNAUTHENTICATED,
  grpc.status.PERMISSION_DENIED,
  grpc.status.UNIMPLEMENTED,
]);

/** True when the call did not get through, so that another attempt may. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'dependency_unavailable';
}
