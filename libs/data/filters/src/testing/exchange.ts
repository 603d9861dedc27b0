/** An exchange without a connection, for tests of one filter. */

import { type ConnectionInfo, type Direction, type Exchange, type PeerCertificate, SmallMap } from '@weft/data-runtime';
import { RequestHead } from '@weft/http';

export interface TestExchangeOptions {
  readonly method?: string;
  /** With query. */
  readonly target?: string;
  readonly authority?: string;
  /** Of the request, flat. */
  readonly fields?: readonly string[];
  readonly direction?: Direction;
  /** Nothing: the client showed no certificate. */
  readonly peerUri?: string | undefined;
  readonly connection?: Partial<ConnectionInfo>;
}

const peer = 'spiffe://cluster.local/ns/shop/sa/order';

/** What `answer`, `answerGrpc` and `fail` of a test's exchange were called with. */
export interface TestOutcome {
  kind: 'none' | 'answer' | 'fail' | 'proceed';
  status: number;
  grpcStatus: number;
  body: string | Buffer;
  fields: readonly string[];
  details: string;
  code: string;
  reason: string;
}

export type TestExchange = Exchange & { readonly outcome: TestOutcome };

/** Over mutual TLS, inbound, not yet routed, GET /. Everything may be written to. */
export function testExchange(options: TestExchangeOptions = {}): TestExchange {
  const { target = '/', authority = 'a' } = options;
  const request = new RequestHead();
  const mark = target.indexOf('?');
  request.method = options.method ?? 'GET';
  request.authority = authority;
  request.path = mark < 0 ? target : target.slice(0, mark);
  request.query = mark < 0 ? '' : target.slice(mark + 1);
  request.hasQuery = mark >= 0;
  request.fields.push(...(options.fields ?? []));
  const connection = testConnection(options);
  return withActs({
    connection,
    logged: true,
    kept: {},
    state: new SmallMap(),
    request,
    scheme: connection.tls ? 'https' : 'http',
    method: request.method,
    path: request.path,
    query: request.query,
    hasQuery: request.hasQuery,
    authority,
    downstreamAddress: connection.remoteAddress,
    startedAtMs: 0,
    startedMonotonicMs: 0,
    grpc: request.header('content-type')?.startsWith('application/grpc') === true,
    introduction: '',
    peerWorkload: undefined,
    metadata: undefined,
    route: undefined,
    target: undefined,
    cluster: undefined,
    endpoint: undefined,
    upstreamLocalAddress: '',
    upstreamPeerUri: undefined,
    upstreamProtocol: '',
    attempts: 0,
    status: 200,
    responseFields: [],
    responseTrailers: [],
    errorCode: undefined,
    flag: '-',
    details: '',
    transportFailure: '',
    reason: '',
    bytesReceived: 0,
    bytesSent: 0,
    requestHeadBytes: 0,
    responseHeadBytes: 0,
    upstreamServiceMs: -1,
    requestEndMs: 0,
    durationMs: 0,
    requestTransform: undefined,
    responseTransform: undefined,
    requestObserver: undefined,
    responseObserver: undefined,
  });
}

type Acts =
  | 'outcome'
  | 'filterConfig'
  | 'addFlag'
  | 'fail'
  | 'answer'
  | 'answerGrpc'
  | 'proceed'
  | 'reroute'
  | 'readRequestBody';

function withActs(data: Omit<TestExchange, Acts>): TestExchange {
  const outcome: TestOutcome = {
    kind: 'none',
    status: 0,
    grpcStatus: -1,
    body: '',
    fields: [],
    details: '',
    code: '',
    reason: '',
  };
  const exchange: TestExchange = Object.assign(data, {
    outcome,
    filterConfig: (name: string) =>
      exchange.target?.filterConfigs?.get(name) ?? exchange.route?.filterConfigs?.get(name),
    addFlag(flag: string) {
      exchange.flag = exchange.flag === '-' ? flag : `${exchange.flag},${flag}`;
    },
    fail(code: string, details: string, reason: string) {
      Object.assign(outcome, { kind: 'fail', code, details, reason });
    },
    answer(status: number, fields: readonly string[], body: string | Buffer, details: string) {
      Object.assign(outcome, { kind: 'answer', status, fields, body, details });
    },
    answerGrpc(status: number, grpcStatus: number, body: string, fields: readonly string[], details: string) {
      Object.assign(outcome, { kind: 'answer', status, grpcStatus, fields, body, details });
    },
    proceed() {
      outcome.kind = 'proceed';
    },
    reroute: () => true,
    readRequestBody(_bytesMax: number, done: (body: Buffer, whole: boolean) => void) {
      done(Buffer.alloc(0), true);
    },
  });
  return exchange;
}

function testConnection(options: TestExchangeOptions): ConnectionInfo {
  const { direction = 'inbound' } = options;
  const peerUri = 'peerUri' in options ? options.peerUri : peer;
  const certificate: PeerCertificate | undefined =
    peerUri === undefined
      ? undefined
      : { uris: [peerUri], dnsNames: [], subject: '', issuer: 'O=cluster.local', serial: '01', hash: '00ff', pem: '' };
  return {
    remoteAddress: '127.0.0.1:40000',
    directRemoteAddress: '127.0.0.1:40000',
    localAddress: '127.0.0.1:15006',
    tls: peerUri !== undefined,
    tlsVersion: peerUri === undefined ? '' : 'TLSv1.3',
    peerUri,
    peerCertificateHash: peerUri === undefined ? undefined : '00ff',
    peerCertificate: () => certificate,
    sni: undefined,
    alpn: undefined,
    direction,
    ...options.connection,
  };
}
