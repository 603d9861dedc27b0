/** The gRPC server: RateLimitService and gRPC's health service. */

import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';
import { RateLimitService } from '../generated/envoy/service/ratelimit/v3/rls_pb.ts';
import {
  Health,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Serving,
} from '../generated/grpc/health/v1/health_pb.ts';
import type { Limiter } from './limiter.ts';

export interface RateLimitServer {
  /** @returns the port. */
  listen(host: string, port: number): Promise<number>;
  /** Says "not serving", waits for the calls being handled, at most `drainMs`, then ends them. */
  stop(drainMs: number): Promise<void>;
}

const messageBytesMax = 256 * 1024;
const streamsMax = 1_000;

export function createRateLimitServer(
  limiter: Limiter,
  clock: Clock,
  onError: (error: unknown) => void,
): RateLimitServer {
  let serving = true;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_concurrent_streams': streamsMax,
  });
  const addUnary = <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    handle: (request: MessageShape<I>) => Promise<MessageShape<O>>,
  ): void => {
    const definition: grpc.MethodDefinition<MessageShape<I>, MessageShape<O>> = {
      path: `/${method.parent.typeName}/${method.name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message) => Buffer.from(toBinary(method.input, message)),
      requestDeserialize: (bytes) => fromBinary(method.input, bytes),
      responseSerialize: (message) => Buffer.from(toBinary(method.output, message)),
      responseDeserialize: (bytes) => fromBinary(method.output, bytes),
    };
    const call: grpc.handleUnaryCall<MessageShape<I>, MessageShape<O>> = ({ request }, answer) => {
      handle(request).then(
        (response) => answer(null, response),
        (error: unknown) => {
          onError(error);
          answer({ code: grpc.status.INTERNAL, details: 'internal error' });
        },
      );
    };
    server.addService({ [method.localName]: definition }, { [method.localName]: call });
  };
  addUnary(RateLimitService.method.shouldRateLimit, (request) => limiter.judge(request));
  addUnary(Health.method.check, async ({ service }) => {
    const known = service === '' || service === RateLimitService.typeName;
    const status = !known ? Serving.SERVICE_UNKNOWN : serving ? Serving.SERVING : Serving.NOT_SERVING;
    return create(HealthCheckResponseSchema, { status });
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.bindAsync(`${host}:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
          if (error === null) resolve(bound);
          else reject(error);
        });
      }),
    stop: (drainMs) =>
      new Promise((resolve) => {
        serving = false;
        const cancel = clock.after(drainMs, () => {
          server.forceShutdown();
          resolve();
        });
        server.tryShutdown(() => {
          cancel();
          resolve();
        });
      }),
  };
}
