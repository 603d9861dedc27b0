/** Asks an authoriser over gRPC: envoy.service.auth.v3.Authorization/Check. */

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { CalloutAnswer, Callouts, Cluster, Ref } from '@weft/data-runtime';
import { joinedValue } from '@weft/http';
import type { HeaderValueOption } from '@weft/xds-messages/envoy/config/core/v3/base';
import {
  CheckRequestSchema,
  type CheckResponse,
  CheckResponseSchema,
} from '@weft/xds-messages/envoy/service/auth/v3/external_auth';
import { isWritable, octetsOf } from '../fields.ts';
import { type AttributeOptions, checkRequest } from './check-request.ts';
import type { Check, FieldChange, Verdict } from './verdict.ts';

export interface GrpcCheckSettings {
  readonly callouts: Callouts;
  readonly cluster: Ref<Cluster | undefined>;
  readonly authority: string;
  readonly timeoutMs: number;
  /** Flat: initial_metadata. */
  readonly metadata: readonly string[];
  readonly attributes: AttributeOptions;
}

const target = '/envoy.service.auth.v3.Authorization/Check';
const actions = ['add', 'add-if-absent', 'set', 'set-if-present'] as const;

export function createGrpcCheck(settings: GrpcCheckSettings): Check {
  const { callouts, cluster, authority, timeoutMs, metadata, attributes } = settings;
  const fields = ['content-type', 'application/grpc', 'te', 'trailers', ...metadata];
  return (exchange, input, done) => {
    const body = Buffer.from(toBinary(CheckRequestSchema, checkRequest(exchange, input, attributes)));
    const callout = { cluster, method: 'POST', authority, target, fields, body, timeoutMs, grpc: true };
    return callouts.send(callout, (answer) => {
      if ('code' in answer) done({ kind: 'error', reason: answer.reason });
      else done(verdictOf(answer));
    });
  };
}

function verdictOf(answer: CalloutAnswer): Verdict {
  const status = joinedValue(answer.trailers, 'grpc-status') ?? joinedValue(answer.fields, 'grpc-status');
  if (answer.status !== 200 || status !== '0') {
    return { kind: 'error', reason: `the authoriser answered ${answer.status}, grpc-status ${status ?? 'none'}` };
  }
  let response: CheckResponse;
  try {
    response = fromBinary(CheckResponseSchema, answer.body);
  } catch {
    return { kind: 'error', reason: 'the answer of the authoriser does not parse' };
  }
  return response.status === undefined || response.status.code === 0 ? okVerdict(response) : deniedVerdict(response);
}

function okVerdict(response: CheckResponse): Verdict {
  const ok = response.httpResponse.case === 'okResponse' ? response.httpResponse.value : undefined;
  return {
    kind: 'ok',
    request: (ok?.headers ?? []).map((option) => changeOf(option, 'append', 'set')),
    remove: (ok?.headersToRemove ?? []).map((name) => name.toLowerCase()),
    response: (ok?.responseHeadersToAdd ?? []).map((option) => changeOf(option, 'add', 'set')),
    querySet: ok?.queryParametersToSet ?? [],
    queryRemove: ok?.queryParametersToRemove ?? [],
    metadata: ok?.dynamicMetadata ?? response.dynamicMetadata,
  };
}

function deniedVerdict(response: CheckResponse): Verdict {
  const denied = response.httpResponse.case === 'deniedResponse' ? response.httpResponse.value : undefined;
  const fields: string[] = [];
  for (const option of denied?.headers ?? []) {
    const { name, value } = changeOf(option, 'add', 'set');
    if (isWritable(name, value) && !name.startsWith(':')) fields.push(name, value);
  }
  const metadata = response.dynamicMetadata;
  return { kind: 'denied', status: denied?.status?.code || 403, fields, body: denied?.body ?? '', metadata };
}

/** `append` where it is said; else the action, whose first value stands for `absent`. */
function changeOf(option: HeaderValueOption, append: FieldChange['how'], absent: FieldChange['how']): FieldChange {
  const name = (option.header?.key ?? '').toLowerCase();
  const value = octetsOf(option.header?.value ?? '', option.header?.rawValue);
  if (option.append !== undefined) return { name, value, how: option.append ? append : absent };
  return { name, value, how: option.appendAction === 0 ? absent : (actions[option.appendAction] ?? absent) };
}
