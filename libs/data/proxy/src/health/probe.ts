/** One probe of one endpoint: is it there and well? */

import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import type { HealthProbe } from '@weft/data-runtime';
import type { Cancel, Clock } from '@weft/kernel';

export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
}

/** Calls `onResult` once, later: nothing for healthy, else the reason. The cancel ends it without a result. */
export type RunProbe = (
  probe: HealthProbe,
  target: ProbeTarget,
  clock: Clock,
  onResult: (problem: string | undefined) => void,
) => Cancel;

export const runProbe: RunProbe = (probe, target, clock, onResult) => {
  let over = false;
  const finish = (problem: string | undefined): void => {
    if (over) return;
    over = true;
    cancelTimer();
    abort();
    onResult(problem);
  };
  const cancelTimer = clock.after(probe.timeoutMs, () => finish(`no answer within ${probe.timeoutMs} ms`));
  const { check } = probe;
  const abort = check.kind === 'http' ? runHttp(check, target, finish) : runTcp(target, finish);
  return () => {
    over = true;
    cancelTimer();
    abort();
  };
};

type HttpCheck = Extract<HealthProbe['check'], { kind: 'http' }>;

/** Healthy is 200 to 399, as a kubelet judges; Istio's agent does the same. */
function runHttp(check: HttpCheck, target: ProbeTarget, finish: (problem: string | undefined) => void): Cancel {
  const headers: Record<string, string> = { 'user-agent': 'weft-probe', connection: 'close' };
  for (let i = 0; i + 1 < check.headers.length; i += 2) headers[check.headers[i] ?? ''] = check.headers[i + 1] ?? '';
  if (check.host !== '') headers['host'] = check.host;
  let call: ClientRequest;
  try {
    call = request({ host: target.address, port: target.port, path: check.path || '/', headers, agent: false });
  } catch (error) {
    // A path or header that HTTP does not allow: node says so at once.
    const reason = error instanceof Error ? error.message : String(error);
    queueMicrotask(() => finish(reason));
    return () => {};
  }
  call.on('response', (response) => {
    const status = response.statusCode ?? 0;
    finish(status >= 200 && status < 400 ? undefined : `status ${status}`);
  });
  call.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  call.end();
  return () => void call.destroy();
}

/** Healthy is a connection. gRPC checks are done so until there is an HTTP/2 codec. */
function runTcp(target: ProbeTarget, finish: (problem: string | undefined) => void): Cancel {
  const socket = connect({ host: target.address, port: target.port });
  socket.on('connect', () => finish(undefined));
  socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  return () => void socket.destroy();
}
