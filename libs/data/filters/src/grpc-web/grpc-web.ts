/** gRPC for browsers, made gRPC on its way to the endpoint: envoy.extensions.filters.http.grpc_web.v3. */

import { type Exchange, filterDisabled, grpcStatusOfHttp, type HttpFilter } from '@weft/data-runtime';
import { type Clock, errorTable } from '@weft/kernel';
import { fieldOf, removeField, setField } from '../fields.ts';
import { createResponse, createTextRequest, dropBody } from './transforms.ts';

/** What is kept of a request. */
interface Web {
  over: boolean;
  readonly text: boolean;
  /** The body was refused: HTTP status of the answer. */
  refused: number;
}

const binary: ReadonlySet<string> = new Set(['application/grpc-web', 'application/grpc-web+proto']);
const text: ReadonlySet<string> = new Set(['application/grpc-web-text', 'application/grpc-web-text+proto']);

export function createGrpcWeb(name: string, clock: Clock): HttpFilter {
  return {
    name,
    onRequest(exchange) {
      const { fields } = exchange.request;
      const type = fieldOf(fields, 'content-type');
      if (type === undefined || (!binary.has(type) && !text.has(type))) return true;
      if (exchange.filterConfig(name) === filterDisabled || exchange.state.has(name)) return true;
      const web: Web = { over: false, text: text.has(fieldOf(fields, 'accept') ?? ''), refused: 0 };
      exchange.state.set(name, web);
      exchange.grpc = true;
      removeField(fields, 'content-length');
      setField(fields, 'content-type', 'application/grpc');
      setField(fields, 'te', 'trailers');
      setField(fields, 'grpc-accept-encoding', 'identity');
      if (text.has(type)) {
        // Not at once: the body's reader is in the middle of it.
        exchange.requestTransform = createTextRequest(() => clock.soon(() => refuseBody(exchange, web)));
      } else if (exchange.request.framing === 'length') exchange.requestTransform = passThrough;
      return true;
    },
    onResponse(exchange) {
      if (exchange.state.size === 0) return;
      const web = exchange.state.get(name) as Web | undefined;
      if (web !== undefined) changeAnswer(exchange, web);
    },
    onComplete(exchange) {
      if (exchange.state.size === 0) return;
      const web = exchange.state.get(name) as Web | undefined;
      if (web !== undefined) web.over = true;
    },
  };
}

/** The length is not told to the endpoint, as in Envoy. */
const passThrough = {
  onData: (bytes: Buffer, from: number, to: number): Buffer => Buffer.from(bytes.subarray(from, to)),
  onTrailers: (fields: string[]) => ({ data: Buffer.alloc(0), fields }),
};

function refuseBody(exchange: Exchange, web: Web): void {
  if (web.over || exchange.status !== 0) return;
  web.refused = 400;
  const message = 'Bad gRPC-web request, invalid base64 data.';
  exchange.reason = 'grpc-web: the body is not base64';
  exchange.answerGrpc(400, 13, message, [], 'grpc_base_64_decode_failed');
}

function changeAnswer(exchange: Exchange, web: Web): void {
  const { responseFields, errorCode } = exchange;
  const type = fieldOf(responseFields, 'content-type');
  const isGrpc = type !== undefined && /^application\/grpc(?:$|[+;])/.test(type);
  setField(responseFields, 'content-type', `application/grpc-web${web.text ? '-text' : ''}+proto`);
  if (isGrpc) {
    // Made here: Envoy keeps the HTTP status of its own failures.
    const own = errorCode === undefined ? web.refused : errorTable[errorCode].httpStatus;
    if (own !== 0) exchange.status = own;
    exchange.responseTransform = createResponse(web.text);
    return;
  }
  if (fieldOf(responseFields, 'grpc-status') === undefined) {
    responseFields.push('grpc-status', String(grpcStatusOfHttp(exchange.status)));
  }
  exchange.responseTransform = dropBody;
}
