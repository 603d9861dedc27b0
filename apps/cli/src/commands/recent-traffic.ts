/** What the sidecars saw of late, for a plan: a sample of each minute, from all of them. */

import type { PlanRequest } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { askEachSidecar } from './each-sidecar.ts';

/** Sidecars keep samples of so long. */
export const windowMsMax = 60 * 60_000;
/** Lines of one plan, from all sidecars. */
const linesMax = 20_000;
/** What a plan takes with it at most; what is over is left out, and counts as not answered. */
const trafficLengthMax = 16 * 1024 * 1024;

export interface RecentTraffic {
  readonly traffic: PlanRequest['traffic'];
  readonly asked: number;
  readonly silent: number;
}

/** "90s", "15m", "1h". @returns milliseconds; nothing for what is no duration. @throws CliFailure (usage) past the bound. */
export function windowOf(written: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})(s|m|h)$/.exec(written) ?? [];
  if (number === undefined) return undefined;
  const ms = Number(number) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
  if (ms > 0 && ms <= windowMsMax) return ms;
  throw new CliFailure(exitCodes.usage, `--traffic ${written}: sidecars remember the last hour; 1h is the most`);
}

/** @throws AdminError where the control plane does not answer. */
export async function recentTraffic(context: Context, windowMs: number): Promise<RecentTraffic> {
  const proxies = Math.max(1, (await context.operator().proxies()).length);
  const each = Math.max(1, Math.floor(linesMax / proxies));
  const { answers, silent } = await askEachSidecar(context, (sidecar) =>
    sidecar.recentRequests(Math.ceil(windowMs / 1_000), each),
  );
  let length = 0;
  const traffic = answers
    .map(({ proxy, answer }) => ({ workload: proxy, lines: answer }))
    .filter(({ lines }) => {
      length += lines.length;
      return length <= trafficLengthMax;
    });
  return {
    traffic: traffic.filter(({ lines }) => lines !== ''),
    asked: traffic.length,
    silent: silent + answers.length - traffic.length,
  };
}
