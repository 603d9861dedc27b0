/** What the access log reads of a TCP connection: an exchange without a request. */

import type { AccessLogs } from '@weft/data-filters';
import {
  type AccessLogTable,
  type Cluster,
  type ConnectionInfo,
  type Endpoint,
  type Exchange,
  type RouteTarget,
  SmallMap,
} from '@weft/data-runtime';
import { RequestHead } from '@weft/http';

export interface ConnectionFacts {
  readonly info: ConnectionInfo;
  readonly startedAtMs: number;
  readonly startedMonotonicMs: number;
  readonly durationMs: number;
  readonly flag: string;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly target: RouteTarget | undefined;
  readonly cluster: Cluster | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly upstreamLocalAddress: string;
  readonly upstreamPeerUri: string | undefined;
  readonly transportFailure: string;
  readonly details: string;
  /** Why it was ended before it went anywhere; absent: it was not. */
  readonly termination?: string;
  readonly reason: string;
  readonly attempts: number;
}

/** Writes the lines of the logs that want the connection. */
export function logConnection(logs: AccessLogs, tables: readonly AccessLogTable[], facts: ConnectionFacts): void {
  if (tables.length === 0) return;
  const record = connectionRecord(facts);
  for (const log of tables) {
    if (!log.wants(record)) continue;
    logs.written.add(1);
    logs.bufferOf(log.path).add(log.line(record));
  }
}

const noRequest = new RequestHead();

/** Nothing can be done with it: it is over. */
function connectionRecord(facts: ConnectionFacts): Exchange {
  return {
    ...nothing,
    connection: facts.info,
    state: new SmallMap(),
    kept: {},
    downstreamAddress: facts.info.remoteAddress,
    startedAtMs: facts.startedAtMs,
    startedMonotonicMs: facts.startedMonotonicMs,
    target: facts.target,
    cluster: facts.cluster,
    endpoint: facts.endpoint,
    upstreamLocalAddress: facts.upstreamLocalAddress,
    upstreamPeerUri: facts.upstreamPeerUri,
    attempts: facts.attempts,
    flag: facts.flag,
    details: facts.details,
    connectionTermination: facts.termination ?? '',
    transportFailure: facts.transportFailure,
    reason: facts.reason,
    bytesReceived: facts.bytesReceived,
    bytesSent: facts.bytesSent,
    durationMs: facts.durationMs,
  };
}

const nothing = {
  logged: true,
  request: noRequest,
  scheme: '',
  method: '',
  path: '',
  query: '',
  hasQuery: false,
  authority: '',
  grpc: false,
  introduction: '',
  peerWorkload: undefined,
  metadata: undefined,
  route: undefined,
  upstreamProtocol: '',
  status: 0,
  responseFields: [],
  responseTrailers: [],
  errorCode: undefined,
  requestHeadBytes: 0,
  responseHeadBytes: 0,
  upstreamServiceMs: -1,
  requestEndMs: 0,
  requestTransform: undefined,
  responseTransform: undefined,
  requestObserver: undefined,
  responseObserver: undefined,
  filterConfig: () => undefined,
  addFlag: over,
  fail: over,
  answer: over,
  answerGrpc: over,
  proceed: over,
  reroute: () => false,
  readRequestBody: over,
} as const satisfies Partial<Exchange>;

function over(): never {
  throw new Error('assertion failed: the connection is over');
}
