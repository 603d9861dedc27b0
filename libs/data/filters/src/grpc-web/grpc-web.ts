/** gRPC for browsers, made gRPC on its way to the endpoint: envoy.extensions.filters.http.grpc_web.v3. */

import {
  type Exchange,
  filterDisabled,
  grpcStatusOfHttp,
  type HttpFilter,
  removeField,
  setField,
} from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import { fieldOf } from '../fields.ts';
import { createResponse, createTextRequest } from './transforms.ts';

/** What is kept of a request. */
interface Web {
  over: boolean;
  readonly text: boolean;
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
      const web: Web = { over: false, text: text.has(fieldOf(fields, 'accept') ?? '') };
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
  const message = 'Bad gRPC-web request, invalid base64 data.';
  exchange.reason = 'grpc-web: the body is not base64';
  // As Envoy: what is left of such a body is not read.
  exchange.request.keepAlive = false;
  exchange.answerGrpc(400, 13, message, [], 'grpc_base_64_decode_failed');
}

function changeAnswer(exchange: Exchange, web: Web): void {
  const { responseFields, localStatus = 0 } = exchange;
  const type = fieldOf(responseFields, 'content-type');
  const isGrpc = type !== undefined && /^application\/grpc(?:$|[+;])/.test(type);
  setField(responseFields, 'content-type', `application/grpc-web${web.text ? '-text' : ''}+proto`);
  if (isGrpc) {
    // Made here: Envoy keeps the HTTP status of its own answers.
    if (localStatus !== 0) exchange.status = localStatus;
    exchange.responseTransform = createResponse(web.text);
    return;
  }
  if (fieldOf(responseFields, 'grpc-status') === undefined) {
    responseFields.push('grpc-status', String(grpcStatusOfHttp(exchange.status)));
  }
  if (fieldOf(responseFields, 'grpc-message') === undefined)
    exchange.responseBodyTaken = {
      bytesMax: messageBytesMax,
      done(body) {
        if (body.length > 0) exchange.responseFields.push('grpc-message', percentEncode(body));
      },
    };
  else exchange.responseBodyTaken = nothingWanted;
}

const nothingWanted = { bytesMax: 0, done(): void {} };

/** Of an HTTP error's body, for grpc-message. */
export const messageBytesMax = 16_384;

/** As gRPC has it in grpc-message: space to "~" but "%" stay. */
function percentEncode(body: Buffer): string {
  let text = '';
  for (const octet of body) {
    const plain = octet >= 0x20 && octet <= 0x7e && octet !== 0x25;
    text += plain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
