/** The answers that this proxy makes for its own errors: Envoy's bodies, the row's status, and why. */

import type { ErrorCode } from '@weft/kernel';

export interface LocalAnswer {
  readonly body: string;
  /** Flat. */
  readonly fields: readonly string[];
}

/** What clients of Envoy look for in bodies: reset reasons, and whole texts. */
const resets: { readonly [code in ErrorCode]?: string } = {
  upstream_connect_failed: 'remote connection failure',
  upstream_identity: 'remote connection failure',
  identity_unavailable: 'remote connection failure',
  upstream_closed: 'connection termination',
  upstream_reset: 'remote reset',
  upstream_malformed: 'protocol error',
  upstream_overflow: 'overflow',
};
const bodies: { readonly [code in ErrorCode]?: string } = {
  no_healthy_upstream: 'no healthy upstream',
  upstream_timeout: 'upstream request timeout',
  upstream_duration: 'upstream max stream duration reached',
  stream_duration: 'downstream duration timeout',
  stream_idle: 'stream timeout',
};

/**
 * @param reason for `x-weft-reason`; nothing secret, no octets of the client's; nothing: it is not told. @param retried it was not the
 * first attempt. @param suppressed no x-envoy- fields.
 */
export function localAnswer(
  code: ErrorCode,
  reason: string | undefined,
  retried: boolean,
  suppressed: boolean,
): LocalAnswer {
  const fields = reason === undefined ? [] : reasonField(reason === '' ? code : `${code}; ${reason}`);
  if (code === 'upstream_overflow' && !suppressed) fields.push('x-envoy-overloaded', 'true');
  const reset = resets[code];
  if (reset === undefined) return { body: bodies[code] ?? '', fields };
  const latest = retried ? 'retried and the latest ' : '';
  const body = `upstream connect error or disconnect/reset before headers. ${latest}reset reason: ${reset}`;
  return { body, fields };
}

/** Why an answer is what it is, flat; what no field can carry (a folder may have any name) as "?". */
export function reasonField(reason: string): string[] {
  return ['x-weft-reason', reason.replace(/[^ -~]/g, '?')];
}
