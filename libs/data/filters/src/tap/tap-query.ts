/** What a tap shows: the query of `/tap` as a test of exchanges. */

import type { Exchange } from '@weft/data-runtime';

export type TapTest = (exchange: Exchange) => boolean;

type Parse = (value: string) => TapTest | undefined;

const statusPattern = /^[1-5](?:[0-9]{2}|xx)$/;

const parameters: Readonly<Record<string, Parse>> = {
  /** The beginning of the path. */
  path: (value) => (value.startsWith('/') ? ({ request }) => request.path.startsWith(value) : undefined),
  /** "503", "5xx", several with ",". */
  status: (value) => {
    const wanted = value.toLowerCase().split(',');
    if (!wanted.every((one) => statusPattern.test(one))) return undefined;
    return ({ status }) =>
      wanted.some((one) => (one.endsWith('xx') ? Math.floor(status / 100) === Number(one[0]) : status === Number(one)));
  },
  method: (value) => {
    const wanted = value.toUpperCase();
    return ({ request }) => request.method === wanted;
  },
  /** With or without its port. */
  host: (value) => {
    const wanted = value.toLowerCase();
    return ({ request: { authority } }) => authority === wanted || authority.replace(/:[0-9]+$/, '') === wanted;
  },
  /** Workload, principal or address of the client. */
  source:
    (value) =>
    ({ peerWorkload, connection }) =>
      peerWorkload?.workload === value ||
      connection.peerUri === value ||
      connection.peerUri?.endsWith(`/sa/${value}`) === true ||
      connection.remoteAddress.startsWith(`${value}:`),
  cluster:
    (value) =>
    ({ cluster }) =>
      cluster?.name === value,
  direction: (value) =>
    ['inbound', 'outbound', 'gateway'].includes(value) ? ({ connection }) => connection.direction === value : undefined,
  flag:
    (value) =>
    ({ flag }) =>
      flag.split(',').includes(value),
};

export const tapParameters: readonly string[] = Object.keys(parameters);

/** All that are given must hold. @returns a sentence for a parameter that is not known or has no such value. */
export function parseTapQuery(query: URLSearchParams): TapTest | { readonly problem: string } {
  const tests: TapTest[] = [];
  for (const [name, value] of query) {
    const parse = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parse === undefined) return { problem: `?${name}= is not known; there are ${tapParameters.join(', ')}` };
    const test = parse(value);
    if (test === undefined) return { problem: `?${name}=${value} is not valid` };
    tests.push(test);
  }
  return (exchange) => tests.every((test) => test(exchange));
}
