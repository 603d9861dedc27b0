/** Calls to another service over gRPC: deadline, retries, breaker, bulkhead and trace around each. */

import * as grpc from '@grpc/grpc-js';
import type { Clock, Random } from '@weft/kernel';
import {
  bulkhead,
  type CallContext,
  composePolicies,
  createBreaker,
  createRetryBudget,
  deadline,
  ResilienceError,
  retry,
  runUnder,
} from '@weft/service-resilience';
import { injectTrace, startClientSpan, traceparentHeader, tracestateHeader } from '@weft/service-tracing';
import { ServiceError } from '../errors/service-error.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { type AddressBook, type Channels, createChannels } from './channels.ts';
import {
  type AnyMethod,
  definitionOf,
  type MethodName,
  type RequestInitOf,
  type ResponseOf,
  type UnaryService,
} from './definition.ts';
import { fromStatus, isUnavailable } from './status.ts';

/** One function a method. @throws ServiceError, with the callee's code where the callee refused. */
export type GrpcCalls<S extends UnaryService> = {
  readonly [M in MethodName<S>]: (request: RequestInitOf<S, M>) => Promise<ResponseOf<S, M>>;
};

export interface GrpcClientOptions {
  readonly addresses: AddressBook;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  /** All attempts together. */
  readonly timeoutMs?: number;
  readonly concurrencyMax?: number;
}

export interface GrpcClient<S extends UnaryService> {
  readonly calls: GrpcCalls<S>;
  stop(): void;
}

/**
 * Every method is taken to be idempotent (each carries a key), so that whatever did not get through is repeated.
 * A deadline is not: what the call did is unknown, and asking again is the caller's decision.
 */
export function createGrpcClient<S extends UnaryService>(service: S, options: GrpcClientOptions): GrpcClient<S> {
  const { metrics, clock, random, log } = options;
  const channels = createChannels(options.addresses);
  const breaker = createBreaker({
    name: service.typeName,
    failurePercent: 50,
    callsMin: 20,
    windowMs: 5000,
    openMs: 500,
    countsAsFailure: (error) => isUnavailable(error) || isTimeout(error),
    onChange: (state) => {
      metrics.breakerState.set({ name: service.typeName }, { closed: 0, 'half-open': 0.5, open: 1 }[state]);
      log.warn({ callee: service.typeName, state }, 'the circuit changed');
    },
  });
  const budget = createRetryBudget({ ratio: 0.2, perSecondMin: 10, savedMax: 100, clock });
  const policyOf = (path: string) =>
    composePolicies(
      deadline({ timeoutMs: options.timeoutMs ?? 5000, clock }),
      retry({
        attemptsMax: 4,
        baseMs: 25,
        capMs: 500,
        budget,
        retryable: isUnavailable,
        clock,
        random,
        onRetry: () => metrics.grpcClientRetries.inc({ method: path }),
      }),
      breaker.policy,
      shared,
    );
  const shared = bulkhead({ concurrencyMax: options.concurrencyMax ?? 64, queueMax: 256 });

  const calls = Object.entries(definitionOf(service)).map(([name, method]) => {
    const policy = policyOf(method.path);
    const call = (request: unknown): Promise<unknown> =>
      runUnder(policy, (context) => oneAttempt(channels, method, request, context, options)).catch((error) => {
        throw translate(error, method.path);
      });
    return [name, call];
  });
  return {
    calls: Object.fromEntries(calls) as GrpcCalls<S>,
    stop() {
      breaker.stop();
      channels.stop();
    },
  };
}

function oneAttempt(
  channels: Channels,
  method: AnyMethod,
  request: unknown,
  context: CallContext,
  { metrics, clock }: GrpcClientOptions,
): Promise<unknown> {
  const client = channels.pick();
  if (client === undefined) {
    return Promise.reject(
      new ServiceError('dependency_unavailable', { detail: `${method.path}: no instance is known` }),
    );
  }
  const startedAt = clock.monotonic();
  const span = startClientSpan(method.path);
  return span.run(
    () =>
      new Promise((resolve, reject) => {
        const metadata = new grpc.Metadata();
        const { traceparent, tracestate } = injectTrace();
        if (traceparent !== undefined) metadata.set(traceparentHeader, traceparent);
        if (tracestate !== undefined) metadata.set(tracestateHeader, tracestate);
        const call = client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          metadata,
          Number.isFinite(context.expiresAt) ? { deadline: context.expiresAt } : {},
          (error, response) => {
            context.signal.removeEventListener('abort', onAbort);
            const seconds = (clock.monotonic() - startedAt) / 1000;
            metrics.grpcClientDuration.observe({ method: method.path, status: error?.code ?? 0 }, seconds);
            span.end(error ?? undefined);
            if (error?.code === grpc.status.DEADLINE_EXCEEDED || error?.code === grpc.status.CANCELLED) {
              channels.suspect(client);
            }
            if (error === null) resolve(response);
            else reject(fromStatus(error, method.path));
          },
        );
        const onAbort = (): void => call.cancel();
        context.signal.addEventListener('abort', onAbort, { once: true });
      }),
  );
}

function isTimeout(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'dependency_timeout';
}

function translate(error: unknown, path: string): unknown {
  if (!(error instanceof ResilienceError)) return error;
  const code = {
    deadline_exceeded: 'dependency_timeout',
    bulkhead_full: 'overloaded',
    circuit_open: 'dependency_unavailable',
    cancelled: 'dependency_unavailable',
  } as const;
  return new ServiceError(code[error.code], { detail: `${path}: ${error.message}`, cause: error });
}
