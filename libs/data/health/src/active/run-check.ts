/** Runs one probe of one endpoint, within its time. */

import type { CheckedEndpoint, Cluster, Endpoint, HealthProbe, TcpCheck } from '@weft/data-runtime';
import type { Cancel, Clock } from '@weft/kernel';
import { type CheckResult, hasParts, passed } from './check-result.ts';
import { grpcRequest, judgeGrpc } from './grpc-check.ts';
import { httpRequest, judgeHttp } from './http-check.ts';
import type { ProbeSender } from './probe-sender.ts';

/** Octets of a TCP check's answer that are kept. */
export const tcpAnswerBytesMax = 65_536;

export interface CheckTarget {
  readonly endpoint: CheckedEndpoint;
  /** Of the requests: for its name. */
  readonly cluster: Cluster;
  /** See `probe-target.ts`. */
  readonly probeCluster: Cluster;
  readonly probeEndpoint: Endpoint;
}

/** @param done called once, later or at once; not after the returned cancel. */
export function runCheck(
  probe: HealthProbe,
  target: CheckTarget,
  sender: ProbeSender,
  clock: Clock,
  done: (result: CheckResult) => void,
): Cancel {
  let over = false;
  let cancel: Cancel = () => {};
  const finish = (result: CheckResult): void => {
    if (over) return;
    over = true;
    cancelTimer();
    cancel();
    done(result);
  };
  const cancelTimer = clock.after(probe.timeoutMs, () =>
    finish({ kind: 'network', reason: `no answer within ${probe.timeoutMs} ms` }),
  );
  const running = start(probe.check, target, sender, finish);
  // It may have finished before there was anything to cancel.
  if (over) running();
  else cancel = running;
  return () => {
    if (over) return;
    over = true;
    cancelTimer();
    cancel();
  };
}

function start(
  check: HealthProbe['check'],
  target: CheckTarget,
  sender: ProbeSender,
  finish: (result: CheckResult) => void,
): Cancel {
  const { probeCluster, probeEndpoint, endpoint, cluster } = target;
  if (check.kind === 'tcp') return startTcp(check, target, sender, finish);
  const request = check.kind === 'http' ? httpRequest(check, endpoint, cluster) : grpcRequest(check, endpoint, cluster);
  return sender.request(probeCluster, probeEndpoint, request, (answer) => {
    if ('failure' in answer) finish({ kind: 'network', reason: answer.failure });
    else finish(check.kind === 'http' ? judgeHttp(check, answer) : judgeGrpc(answer));
  });
}

/** Without parts to receive a connection is enough. */
function startTcp(
  check: TcpCheck,
  { probeCluster, probeEndpoint }: CheckTarget,
  sender: ProbeSender,
  finish: (result: CheckResult) => void,
): Cancel {
  let received = Buffer.alloc(0);
  return sender.connect(
    probeCluster,
    probeEndpoint,
    check.send,
    () => {
      if (check.receive.length === 0) finish(passed);
    },
    (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (hasParts(received, check.receive)) finish(passed);
      else if (received.length > tcpAnswerBytesMax)
        finish({ kind: 'active', reason: 'the answer is not the expected one' });
    },
    (reason) => finish({ kind: 'network', reason }),
  );
}
