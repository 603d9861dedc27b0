/** What every answer carries: server, date, Via, and how long the endpoint took. */

import { type HttpFilter, type HttpHandlerTable, setField } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import { fieldOf } from '../fields.ts';

export type AnswerHeadersTable = Pick<
  HttpHandlerTable,
  'serverName' | 'serverNameMode' | 'suppressEnvoyHeaders' | 'via' | 'requestId'
>;

/** `server` as server_header_transformation says; the service time replaces the endpoint's; its `date` stays. */
export function createAnswerHeaders(deps: { readonly clock: Clock }, table: AnswerHeadersTable): HttpFilter {
  const { clock } = deps;
  const overwrite = table.serverNameMode === 'overwrite' ? table.serverName : undefined;
  const append = table.serverNameMode === 'append' ? table.serverName : undefined;
  const { suppressEnvoyHeaders, via } = table;
  const { alwaysSetInResponse } = table.requestId;
  let second = -1;
  let date = '';
  return {
    name: 'answer-headers',
    ...(via !== '' && {
      onRequest({ request: { fields } }) {
        appendVia(fields, via);
        return true;
      },
    }),
    onResponse(exchange) {
      const fields = exchange.responseFields;
      // What this proxy answers may carry what an authoriser said.
      const counted = exchange.upstreamServiceMs >= 0 && !suppressEnvoyHeaders;
      let kept = 0;
      let dated = false;
      let served = false;
      for (let i = 0; i < fields.length; i += 2) {
        const name = fields[i] as string;
        if (name.length === 4) {
          if (name === 'date') dated = true;
        } else if (name.length === 6) {
          if (name === 'server') {
            if (overwrite !== undefined) continue;
            served = true;
          }
        } else if (name.length === 29 && counted && name === 'x-envoy-upstream-service-time') continue;
        if (kept !== i) {
          fields[kept] = name;
          fields[kept + 1] = fields[i + 1] as string;
        }
        kept += 2;
      }
      while (fields.length > kept) fields.pop();
      if (!dated) {
        const now = Math.floor(clock.now() / 1_000);
        if (now !== second) {
          second = now;
          date = new Date(now * 1_000).toUTCString();
        }
        fields.push('date', date);
      }
      if (overwrite !== undefined) fields.push('server', overwrite);
      else if (!served && append !== undefined) fields.push('server', append);
      if (counted) fields.push('x-envoy-upstream-service-time', String(exchange.upstreamServiceMs));
      if (via !== '') appendVia(fields, via);
      if (alwaysSetInResponse) {
        const id = fieldOf(exchange.request.fields, 'x-request-id');
        if (id !== undefined && fieldOf(fields, 'x-request-id') === undefined) fields.push('x-request-id', id);
      }
    },
  };
}

function appendVia(fields: string[], via: string): void {
  const known = fieldOf(fields, 'via');
  if (known === undefined) fields.push('via', via);
  else setField(fields, 'via', `${known}, ${via}`);
}
