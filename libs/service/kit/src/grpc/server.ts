/** The gRPC side of a service: handlers that take and give messages, observed like HTTP. */

import * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';
import { startServerSpan, traceparentHeader, tracestateHeader } from '@weft/service-tracing';
import { ServiceError } from '../errors/service-error.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { definitionOf, type MethodName, type RequestOf, type ResponseInitOf, type UnaryService } from './definition.ts';
import { toStatus } from './status.ts';

export type GrpcHandlers<S extends UnaryService> = {
  readonly [M in MethodName<S>]: (request: RequestOf<S, M>) => Promise<ResponseInitOf<S, M>>;
};

/** One service with its handlers, as `implementService` makes it. */
export interface GrpcService {
  readonly service: UnaryService;
  readonly handlers: Readonly<Record<string, (request: never) => Promise<unknown>>>;
}

export interface GrpcServerOptions {
  readonly services: readonly GrpcService[];
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Connections are asked to end after about this age, so that a balancer in between sees new ones. Absent: never. */
  readonly connectionAgeMaxMs?: number | undefined;
}

export interface GrpcServer {
  /** @returns the port. */
  listen(host: string, port: number): Promise<number>;
  /** Waits for the calls being handled, at most `drainMs`, then ends them. */
  stop(drainMs: number): Promise<void>;
}

const messageBytesMax = 256 * 1024;

/** Ties handlers to a service, checked by type. */
export function implementService<S extends UnaryService>(service: S, handlers: GrpcHandlers<S>): GrpcService {
  return { service, handlers };
}

export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const age = options.connectionAgeMaxMs;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_concurrent_streams': 1000,
    ...(age === undefined ? {} : { 'grpc.max_connection_age_ms': age, 'grpc.max_connection_age_grace_ms': 30_000 }),
  });
  for (const { service, handlers } of options.services) {
    const definition = definitionOf(service);
    const calls = Object.entries(definition).map(([name, { path }]) => [
      name,
      observedCall(path, handlers[name] as (request: unknown) => Promise<unknown>, options),
    ]);
    server.addService(definition, Object.fromEntries(calls));
  }
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
        const cancel = options.clock.after(drainMs, () => {
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

function observedCall(
  path: string,
  handle: (request: unknown) => Promise<unknown>,
  { log, metrics, clock }: GrpcServerOptions,
): grpc.handleUnaryCall<unknown, unknown> {
  return (call, answer) => {
    const startedAt = clock.monotonic();
    const span = startServerSpan(path, {
      traceparent: first(call.metadata, traceparentHeader),
      tracestate: first(call.metadata, tracestateHeader),
    });
    const finish = (status: number, error?: unknown): void => {
      const durationMs = clock.monotonic() - startedAt;
      metrics.grpcServerDuration.observe({ method: path, status }, durationMs / 1000);
      log.info({ method: path, status, durationMs: Math.round(durationMs) }, 'call');
      span.end(error);
    };
    void span.run(async () => {
      try {
        const response = await handle(call.request);
        finish(grpc.status.OK);
        answer(null, response);
      } catch (error) {
        if (!(error instanceof ServiceError)) log.error({ error, method: path }, 'a call failed unexpectedly');
        const status = toStatus(error);
        finish(status.code ?? grpc.status.UNKNOWN, error);
        answer(status);
      }
    });
  };
}

function first(metadata: grpc.Metadata, name: string): string | undefined {
  const value = metadata.get(name)[0];
  return typeof value === 'string' ? value : undefined;
}
