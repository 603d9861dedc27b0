/** Injected delays and aborts, as the configuration of the fault filter for one route. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { HttpFault } from '@weft/model';
import {
  type FaultAbortSchema,
  HTTPFaultSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { duration } from '../messages/core.ts';
import { fractionalPercent } from './percent.ts';

/** Name of the filter, which a route's configuration is found by. */
export const faultFilterName = 'envoy.filters.http.fault';

const nobody = { value: 0 };
const grpcStatuses: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** Undefined where it neither delays nor aborts. Without a percentage nobody is meant. */
export function faultConfig({ delay, abort }: HttpFault): Any | undefined {
  const errorType = abort === undefined ? undefined : abortType(abort);
  if (delay === undefined && errorType === undefined) return undefined;
  const fault = create(HTTPFaultSchema, {
    ...(delay === undefined
      ? {}
      : {
          delay: {
            faultDelaySecifier: { case: 'fixedDelay' as const, value: duration(delay.fixedDelayMs) },
            percentage: fractionalPercent(delay.percentage ?? nobody),
          },
        }),
    ...(errorType === undefined
      ? {}
      : { abort: { errorType, percentage: fractionalPercent(abort?.percentage ?? nobody) } }),
  });
  return anyPack(HTTPFaultSchema, fault);
}

type ErrorType = Exclude<MessageInitShape<typeof FaultAbortSchema>['errorType'], undefined>;

function abortType(abort: NonNullable<HttpFault['abort']>): ErrorType | undefined {
  if (abort.grpcStatus !== undefined) {
    const number = /^\d+$/.test(abort.grpcStatus) ? Number(abort.grpcStatus) : grpcStatuses.indexOf(abort.grpcStatus);
    return number < 0 ? undefined : { case: 'grpcStatus', value: number };
  }
  return abort.httpStatus === undefined ? undefined : { case: 'httpStatus', value: abort.httpStatus };
}
