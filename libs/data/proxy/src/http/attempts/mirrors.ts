/** Copies of a request to other clusters (request_mirror_policies): sent whole, their answers dropped. */

import { type ForwardAction, type MirrorPolicy, requestOf } from '@weft/data-runtime';
import { DetachedRequest } from '../detached-request.ts';
import type { HttpExchange } from '../exchange.ts';
import { httpLimits } from '../limits.ts';
import { proxyHeaderFor } from '../proxy-header.ts';

let underWay = 0;

/** Call it when the whole request is here. @param timeoutMs of the route; 0: none. */
export function sendMirrors(exchange: HttpExchange, action: ForwardAction, timeoutMs: number): void {
  for (const mirror of action.mirrors) sendMirror(exchange, mirror, timeoutMs);
}

function sendMirror(exchange: HttpExchange, mirror: MirrorPolicy, timeoutMs: number): void {
  const { context, request, runner } = exchange;
  if (mirror.share < 1 && context.random() >= mirror.share) return;
  const cluster = mirror.target(requestOf(exchange))?.cluster.current;
  const endpoint = cluster?.pick();
  if (cluster === undefined || endpoint === undefined || underWay >= httpLimits.mirrorsMax) return;
  const { outgoing } = runner;
  const authority = mirror.keepHost ? outgoing.authority : shadowOf(outgoing.authority);
  const body = exchange.outgoing.joined();
  underWay += 1;
  new DetachedRequest({
    pools: context.pools,
    clock: context.clock,
    cluster,
    endpoint,
    acquire: {
      protocol: request.protocol === 'HTTP/2' ? 'HTTP/2' : 'HTTP/1.1',
      priority: action(exchange),
      exclusive: false,
      authority,
      proxyHeader: proxyHeaderFor(cluster, exchange.connection),
    },
    head: {
      method: outgoing.method,
      scheme: outgoing.scheme,
      authority,
      target: outgoing.target,
      fields: mirror.traceSampled === false ? unsampled(outgoing.fields) : [...outgoing.fields],
      chunked: outgoing.chunked,
      upgrade: '',
      introduction: '',
    },
    body: Buffer.from(body),
    timeoutMs: timeoutMs > 0 ? timeoutMs : httpLimits.mirrorTimeoutMs,
    answerBytesMax: -1,
    onDone() {
      underWay -= 1;
    },
  });
}

function action(exchange: HttpExchange): 'default' | 'high' {
  return exchange.route?.action.kind === 'forward' ? exchange.route.action.priority : 'default';
}

/** The trace goes on, but what the copy does is not recorded. */
function unsampled(fields: readonly string[]): string[] {
  return fields.map((text, i) => {
    const name = i % 2 === 1 ? fields[i - 1] : '';
    if (name === 'x-b3-sampled') return '0';
    return name === 'traceparent' ? text.replace(/-[0-9a-f]{2}$/, '-00') : text;
  });
}

/** "a.test:80" → "a.test-shadow:80". */
function shadowOf(authority: string): string {
  const colon = authority.lastIndexOf(':');
  const port = colon > authority.lastIndexOf(']') ? authority.slice(colon) : '';
  return `${port === '' ? authority : authority.slice(0, colon)}-shadow${port}`;
}
