/** Whether a request is traced, and the digit of its x-request-id that tells the next proxy so. */

import type { Exchange, TracingTable } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { fieldOf } from '../fields.ts';

/** Where the digit stands: Envoy writes over the UUID's version. */
const position = 14;
const uuidLength = 36;

const digits = { none: '4', sampled: '9', forced: 'a', client: 'b' } as const;
export type TraceReason = keyof typeof digits;

const idHeader = 'x-request-id';

export interface ReasonOptions {
  readonly random: Random;
  readonly table: Pick<TracingTable, 'clientSampling' | 'randomSampling' | 'overallSampling'>;
  readonly pack: boolean;
  /** Samples by the id rather than by chance, so that all proxies agree. */
  readonly byId: boolean;
}

/** Envoy's order: what the id says already, the client's x-client-trace-id, x-envoy-force-trace, chance; then the overall share. */
export function traceReason(exchange: Exchange, options: ReasonOptions): TraceReason {
  const { table, random } = options;
  const { fields } = exchange.request;
  const at = fields.indexOf(idHeader);
  const id = at >= 0 && at % 2 === 0 ? (fields[at + 1] as string) : '';
  const before = options.pack ? said(id) : 'none';
  let reason = before;
  if (reason === 'none') {
    const number = options.byId && id !== '' ? Number.parseInt(id.slice(0, 8), 16) : Number.NaN;
    const chance = Number.isNaN(number) ? random() * 100 : (number % 10_000) / 100;
    const override = exchange.route?.tracing;
    const clientSampling = override?.clientSampling ?? table.clientSampling;
    const randomSampling = override?.randomSampling ?? table.randomSampling;
    if (clientSampling > 0 && fieldOf(fields, 'x-client-trace-id') !== undefined && random() * 100 < clientSampling)
      reason = 'client';
    else if (fieldOf(fields, 'x-envoy-force-trace') !== undefined) reason = 'forced';
    else if (chance < randomSampling) reason = 'sampled';
  }
  const overall = exchange.route?.tracing?.overallSampling ?? table.overallSampling;
  if (reason !== 'none' && overall < 100 && random() * 100 >= overall) reason = 'none';
  if (reason !== before && options.pack && id.length === uuidLength)
    fields[at + 1] = id.slice(0, position) + digits[reason] + id.slice(position + 1);
  return reason;
}

function said(id: string): TraceReason {
  if (id.length !== uuidLength) return 'none';
  switch (id[position]) {
    case digits.sampled:
      return 'sampled';
    case digits.forced:
      return 'forced';
    case digits.client:
      return 'client';
    default:
      return 'none';
  }
}
