/** Which answers of an endpoint open a tunnel, and what is said of one that nobody asked for. */

import type { ResponseHead } from '@weft/http';
import type { HttpExchange } from '../exchange.ts';
import { bodyOfReset, detailOfReset } from './reset-answers.ts';

/** 101, and the 2xx of a CONNECT, extended or not. @param connect the endpoint was sent a CONNECT. */
export function opensTunnel(exchange: HttpExchange, connect: boolean, { status }: ResponseHead): boolean {
  if (status === 101) return true;
  if (status < 200 || status >= 300) return false;
  return connect || (exchange.request.upgrade !== '' && exchange.upstreamProtocol === 'HTTP/2');
}

/** The client asked for the tunnel that the answer opens. */
export function wasAskedFor({ request }: HttpExchange, connect: boolean, { status, upgrade }: ResponseHead): boolean {
  if (connect && status !== 101) return true;
  const asked = request.upgrade;
  return asked !== '' && (upgrade === '' || upgrade.toLowerCase() === asked.toLowerCase());
}

export function failUnasked(exchange: HttpExchange): void {
  const body = bodyOfReset('protocol_error', 1);
  const reason = 'upgrade-unasked: 101 answers a request to upgrade';
  exchange.failWith('upstream_malformed', 502, body, detailOfReset('protocol_error', false), reason);
}
