/** Requests of filters' own, over the pools of clusters. */

import type { Callout, CalloutAnswer, Callouts } from '@weft/data-runtime';
import type { UpstreamPools } from '@weft/data-upstream';
import type { Clock, ErrorCode } from '@weft/kernel';
import { type DetachedAnswer, type DetachedFailure, DetachedRequest } from './detached-request.ts';
import { httpLimits } from './limits.ts';
import { ownProxyHeader } from './proxy-header.ts';

export interface CalloutDeps {
  readonly clock: Clock;
  readonly pools: UpstreamPools;
  /** Under way at a time; one more fails with `upstream_overflow`. */
  readonly calloutsMax?: number;
}

type Done = (answer: CalloutAnswer | { readonly code: ErrorCode; readonly reason: string }) => void;

const noCancel = (): void => {};
const frameHeadBytes = 5;
const serviceTime = 'x-envoy-upstream-service-time';

export function createCallouts(deps: CalloutDeps): Callouts {
  const { clock, pools, calloutsMax = httpLimits.calloutsMax } = deps;
  let underWay = 0;
  return {
    send(callout, done) {
      const cluster = callout.cluster.current;
      const endpoint = cluster?.pick();
      const failure = whyNot(callout, underWay >= calloutsMax, endpoint !== undefined);
      if (failure !== undefined || cluster === undefined || endpoint === undefined) {
        done(failure ?? { code: 'no_cluster', reason: '' });
        return noCancel;
      }
      underWay += 1;
      const beganAtMs = clock.monotonic();
      let counted = true;
      const leave = (): void => {
        if (counted) underWay -= 1;
        counted = false;
      };
      const request = new DetachedRequest({
        pools,
        clock,
        cluster,
        endpoint,
        acquire: {
          protocol: callout.grpc ? 'HTTP/2' : 'HTTP/1.1',
          priority: 'default',
          exclusive: false,
          authority: callout.authority,
          proxyHeader: ownProxyHeader(cluster),
        },
        head: {
          method: callout.method,
          scheme: endpoint.tls === undefined ? 'http' : 'https',
          authority: callout.authority,
          target: callout.target,
          fields: fieldsOf(callout),
          chunked: false,
          upgrade: '',
          introduction: '',
        },
        body: callout.grpc ? frame(callout.body) : callout.body,
        timeoutMs: callout.timeoutMs,
        answerBytesMax: httpLimits.calloutAnswerBytesMax,
        onDone(result) {
          leave();
          finish(withTime(result, clock.monotonic() - beganAtMs), callout.grpc, done);
        },
      });
      return () => {
        leave();
        request.cancel();
      };
    },
  };
}

function whyNot(
  callout: Callout,
  full: boolean,
  healthy: boolean,
): { readonly code: ErrorCode; readonly reason: string } | undefined {
  if (callout.cluster.current === undefined) return { code: 'no_cluster', reason: 'the cluster is not known' };
  if (full) return { code: 'upstream_overflow', reason: 'too many requests of filters' };
  return healthy ? undefined : { code: 'no_healthy_upstream', reason: 'no healthy endpoint' };
}

/** What Envoy's own requests say of themselves: that they come from within, and how long they wait. */
function fieldsOf({ fields, grpc, body, timeoutMs }: Callout): readonly string[] {
  const own = ['x-envoy-internal', 'true'];
  if (timeoutMs > 0) own.push('x-envoy-expected-rq-timeout-ms', String(timeoutMs));
  if (grpc) return ['content-type', 'application/grpc', 'te', 'trailers', ...fields, ...own];
  if (body.length > 0 && !fields.includes('content-length')) own.push('content-length', String(body.length));
  return [...fields, ...own];
}

/** One gRPC message: not compressed, four octets of length. */
function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(frameHeadBytes + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  message.copy(framed, frameHeadBytes);
  return framed;
}

/** Envoy's own requests pass its router, which says how long the answer took. */
function withTime(result: DetachedAnswer | DetachedFailure, tookMs: number): DetachedAnswer | DetachedFailure {
  if ('code' in result) return result;
  const fields: string[] = [];
  for (let i = 0; i < result.fields.length; i += 2) {
    const name = result.fields[i] as string;
    if (name !== serviceTime) fields.push(name, result.fields[i + 1] as string);
  }
  fields.push(serviceTime, String(Math.round(tookMs)));
  return { ...result, fields };
}

function finish(result: DetachedAnswer | DetachedFailure, grpc: boolean, done: Done): void {
  if ('code' in result || !grpc || result.body.length === 0) {
    done(result);
    return;
  }
  const { body } = result;
  const whole = body.length >= frameHeadBytes && body.length === frameHeadBytes + body.readUInt32BE(1);
  if (!whole || body[0] !== 0) done({ code: 'upstream_malformed', reason: 'not one plain gRPC message' });
  else done({ ...result, body: body.subarray(frameHeadBytes) });
}
