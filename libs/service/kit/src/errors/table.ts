/** The closed table of expected failures of the services: what a client can be told, and how. */

export interface ServiceErrorRow {
  readonly httpStatus: number;
  /** Number of google.rpc.Code. */
  readonly grpcStatus: number;
  /** For people; the code is for programs. */
  readonly title: string;
  /** True when the same call may succeed later, unchanged. */
  readonly retrySafe: boolean;
}

const row = (httpStatus: number, grpcStatus: number, title: string, retrySafe = false): ServiceErrorRow => ({
  httpStatus,
  grpcStatus,
  title,
  retrySafe,
});

export const serviceErrorTable = {
  request_invalid: row(400, 3, 'A field of the request is missing or wrong; see violations.'),
  json_malformed: row(400, 3, 'The body is not valid JSON.'),
  body_too_large: row(413, 3, 'The body is larger than this service takes.'),
  media_type_unsupported: row(415, 3, 'The body must be application/json.'),
  idempotency_key_missing: row(400, 3, 'The Idempotency-Key header is missing or not 1 to 128 printable characters.'),
  idempotency_conflict: row(422, 9, 'This Idempotency-Key was used with another body.'),
  token_missing: row(401, 16, 'The Authorization header with a Bearer token is missing.'),
  token_invalid: row(401, 16, 'The token is not valid or has expired; open a new session.'),
  credentials_invalid: row(401, 16, 'The email or the password is wrong.'),
  email_taken: row(409, 6, 'This email has an account already.'),
  not_found: row(404, 5, 'There is nothing here.'),
  method_not_allowed: row(405, 12, 'This path does not take this method.'),
  overloaded: row(503, 8, 'Too much work waits already; try again later.', true),
  draining: row(503, 14, 'This instance is shutting down; try again.', true),
  dependency_unavailable: row(503, 14, 'A service that is needed does not answer; try again later.', true),
  dependency_timeout: row(504, 4, 'A service that is needed did not answer in time.', true),
  internal: row(500, 13, 'The service failed; the trace id finds the reason in its logs.'),
} as const satisfies Record<string, ServiceErrorRow>;

export type ServiceErrorCode = keyof typeof serviceErrorTable;

export function isServiceErrorCode(text: unknown): text is ServiceErrorCode {
  return typeof text === 'string' && Object.hasOwn(serviceErrorTable, text);
}
