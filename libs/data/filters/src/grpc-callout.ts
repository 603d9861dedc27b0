/** What the answer to a gRPC callout says. */

import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { CalloutAnswer } from '@weft/data-runtime';
import { joinedValue } from '@weft/http';

/** @returns the message, or why there is none. */
export function grpcMessageOf<Desc extends DescMessage>(
  answer: CalloutAnswer,
  schema: Desc,
): MessageShape<Desc> | string {
  const status = joinedValue(answer.trailers, 'grpc-status') ?? joinedValue(answer.fields, 'grpc-status');
  if (answer.status !== 200 || status !== '0') return `answered ${answer.status}, grpc-status ${status ?? 'none'}`;
  try {
    return fromBinary(schema, answer.body);
  } catch {
    return 'answered with what does not parse';
  }
}
