/** What every answer carries: server, date, and how long the endpoint took. */

import type { Clock } from '@weft/kernel';
import type { HttpStage } from '../path.ts';

/** `server` and the service time replace the endpoint's; its `date` stays. */
export function createAnswerHeaders(clock: Clock): HttpStage {
  let second = -1;
  let date = '';
  return {
    name: 'answer-headers',
    onResponse(exchange) {
      const fields = exchange.responseFields;
      const server = exchange.host.table.serverName;
      let kept = 0;
      let dated = false;
      for (let i = 0; i < fields.length; i += 2) {
        const name = fields[i] as string;
        if (name === 'date') dated = true;
        else if (name === 'server') {
          if (server !== undefined) continue;
        } else if (name === 'x-envoy-upstream-service-time') continue;
        fields[kept] = name;
        fields[kept + 1] = fields[i + 1] as string;
        kept += 2;
      }
      if (kept !== fields.length) fields.length = kept;
      if (!dated) {
        const now = Math.floor(clock.now() / 1_000);
        if (now !== second) {
          second = now;
          date = new Date(now * 1_000).toUTCString();
        }
        fields.push('date', date);
      }
      if (server !== undefined) fields.push('server', server);
      if (exchange.upstreamServiceMs >= 0)
        fields.push('x-envoy-upstream-service-time', String(exchange.upstreamServiceMs));
    },
  };
}
