/** The answers that this proxy makes for its own errors: Envoy's bodies, the row's status, and why. */

import { type ErrorCode, errorTable } from '@weft/kernel';

export interface LocalAnswer {
  readonly status: number;
  readonly flag: string;
  readonly body: string;
  /** Flat. */
  readonly fields: readonly string[];
}

const reset = 'upstream connect error or disconnect/reset before headers. reset reason: ';

/** What clients of Envoy look for in bodies. */
const bodies: { readonly [code in ErrorCode]?: string } = {
  no_healthy_upstream: 'no healthy upstream',
  upstream_connect_failed: `${reset}remote connection failure`,
  upstream_identity: `${reset}remote connection failure`,
  identity_unavailable: `${reset}remote connection failure`,
  upstream_closed: `${reset}connection termination`,
  upstream_malformed: `${reset}protocol error`,
  upstream_overflow: `${reset}overflow`,
  upstream_timeout: 'upstream request timeout',
  stream_idle: 'stream timeout',
};

/** @param reason for `x-weft-reason`; nothing secret, no octets of the client's. */
export function localAnswer(code: ErrorCode, reason: string): LocalAnswer {
  const row = errorTable[code];
  const fields = ['x-weft-reason', reason === '' ? code : `${code}; ${reason}`];
  if (code === 'upstream_overflow') fields.push('x-envoy-overloaded', 'true');
  if (code === 'http_version_old') fields.push('upgrade', 'HTTP/1.1');
  return { status: row.httpStatus, flag: row.responseFlag, body: bodies[code] ?? '', fields };
}
