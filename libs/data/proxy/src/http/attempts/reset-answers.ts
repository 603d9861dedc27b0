/** What a client is told when an attempt broke off, in Envoy's words. */

import type { ResetReason } from '@weft/data-upstream';
import { describeProvenance, type ErrorCode, errorTable } from '@weft/kernel';
import type { HttpExchange } from '../exchange.ts';

/** The row of the table: the pools' own where that says more. */
export function codeOfReset(code: ErrorCode, reset: ResetReason): ErrorCode {
  return reset === 'remote_reset' || reset === 'remote_refused_stream_reset' ? 'upstream_reset' : code;
}

export function bodyOfReset(reset: ResetReason, attempts: number): string {
  const latest = attempts > 1 ? 'retried and the latest ' : '';
  return `upstream connect error or disconnect/reset before headers. ${latest}reset reason: ${reset.replaceAll('_', ' ')}`;
}

/** @param transport why there was no connection; empty: nothing is known. */
export function detailOfReset(reset: ResetReason, begun: boolean, transport = ''): string {
  const why = transport === '' ? reset : `${reset}|${transport.replaceAll(' ', '_')}`;
  return `upstream_reset_${begun ? 'after' : 'before'}_response_started{${why}}`;
}

export function statusOf(code: ErrorCode): number {
  return errorTable[code].httpStatus;
}

/** What decided where the request went. */
export function targetReason({ cluster, target }: HttpExchange): string {
  const from = cluster?.from ?? target?.from;
  return from === undefined ? '' : describeProvenance(from);
}
