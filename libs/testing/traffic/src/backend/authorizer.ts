/** A gRPC authorizer that decides as the request's `x-authz` says. */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { HeaderValueOptionSchema, HeaderValueSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  type CheckRequest,
  CheckRequestSchema,
  CheckResponseSchema,
  DeniedHttpResponseSchema,
  OkHttpResponseSchema,
} from '@weft/xds-messages/envoy/service/auth/v3/external_auth';
import type { GrpcAnswer } from './services.ts';

/** "allow" adds and removes fields, "deny", "deny-409", "unavailable", "slow"; without the field: a bare OK. */
export function answerCheck(bytes: Uint8Array): GrpcAnswer {
  const request = fromBinary(CheckRequestSchema, bytes);
  const word = request.attributes?.request?.http?.headers['x-authz'] ?? '';
  if (word === 'unavailable') return { message: undefined, delayMs: 0 };
  return { message: decide(word, request), delayMs: word === 'slow' ? 1_000 : 0 };
}

function decide(word: string, request: CheckRequest): Uint8Array {
  const http = request.attributes?.request?.http;
  const response = create(CheckResponseSchema, { status: { code: word.startsWith('deny') ? 7 : 0 } });
  if (word === 'deny-409')
    response.httpResponse = {
      case: 'deniedResponse',
      value: create(DeniedHttpResponseSchema, {
        status: { code: 409 },
        headers: [option('x-denied-by', 'authorizer')],
        body: 'no tea',
      }),
    };
  if (word === 'allow')
    response.httpResponse = {
      case: 'okResponse',
      value: create(OkHttpResponseSchema, {
        headers: [
          option('x-saw', `${http?.method} ${http?.path} ${http?.host} ${http?.body}`),
          option('x-context', JSON.stringify(request.attributes?.contextExtensions)),
        ],
        headersToRemove: ['x-secret'],
        responseHeadersToAdd: [option('x-authz-answer', 'added')],
      }),
    };
  return toBinary(CheckResponseSchema, response);
}

function option(key: string, value: string): ReturnType<typeof create<typeof HeaderValueOptionSchema>> {
  return create(HeaderValueOptionSchema, { header: create(HeaderValueSchema, { key, value }) });
}
