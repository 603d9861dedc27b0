/** Every failure as application/problem+json with a stable code. Source: RFC 9457. */

import { activeTraceId } from '@weft/service-tracing';
import { ServiceError } from '../errors/service-error.ts';
import { type ServiceErrorCode, serviceErrorTable } from '../errors/table.ts';

export const problemMediaType = 'application/problem+json';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ServiceErrorCode;
  readonly detail?: string;
  readonly violations?: readonly { readonly field: string; readonly message: string }[];
  readonly traceId: string;
}

export function toProblem(error: ServiceError): Problem {
  const row = serviceErrorTable[error.code];
  return {
    type: `urn:shop:error:${error.code}`,
    title: row.title,
    status: row.httpStatus,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.violations.length === 0 ? {} : { violations: error.violations }),
    traceId: activeTraceId(),
  };
}

/** Fastify's own failures, by its stable codes; whatever is not known is `internal`. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined;
  if (known !== undefined) return new ServiceError(known, { cause: error });
  if (error instanceof SyntaxError && statusCode === 400) return new ServiceError('json_malformed', { cause: error });
  if (statusCode === 400) return new ServiceError('request_invalid', { cause: error });
  return new ServiceError('internal', { cause: error });
}

const fastifyCodes: Readonly<Record<string, ServiceErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json_malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json_malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_invalid',
  FST_ERR_BAD_URL: 'request_invalid',
  FST_ERR_NOT_FOUND: 'not_found',
};
