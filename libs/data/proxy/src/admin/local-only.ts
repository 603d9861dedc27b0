/** Who may use the admin port: programs of this machine, and no web page that a browser here has open. */

import { isIP } from 'node:net';
import type { SideRequest } from './side-server.ts';

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return (isIP(address) === 4 && address.startsWith('127.')) || address === '::1';
}

/**
 * Why a request is refused; nothing where it is not. The Host must be a loopback name (a rebound DNS name is not), and a request that a
 * browser made for some page (it has an Origin, or says cross-site) is refused, because it needs no answer to do harm.
 */
export function refuseForeign(request: SideRequest): string | undefined {
  const host = request.header('host') ?? '';
  const name = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host);
  const plain = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  if (plain !== 'localhost' && !isLoopback(plain)) return 'the Host is no name of this machine';
  const origin = request.header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return 'the request comes from a web page';
  const site = request.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'the request comes from a web page';
  return undefined;
}
