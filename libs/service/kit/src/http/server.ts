/** The HTTP side of a service: one Fastify, its limits, logs, metrics, traces and problems. */

import { type Clock, randomHex } from '@weft/kernel';
import { type ActiveSpan, startServerSpan, traceparentHeader, tracestateHeader } from '@weft/service-tracing';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { ServiceError } from '../errors/service-error.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { problemMediaType, toProblem, toServiceError } from './problem.ts';

/** Adds the routes of one adapter. */
export type Routes = (server: FastifyInstance) => void;

export interface HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Bytes. */
  readonly bodyMax?: number;
  readonly requestTimeoutMs?: number;
}

interface Observed {
  readonly span: ActiveSpan;
  readonly startedAt: number;
}

const headBytesMax = 16 * 1024;
const quietPaths = new Set(['/health/live', '/health/ready', '/metrics']);

/** Not listening yet; `close` waits for the requests that are being answered. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const server: FastifyInstance = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyMax ?? 64 * 1024,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    http: { maxHeaderSize: headBytesMax },
    genReqId: () => randomHex(8),
  });
  observe(server, options);
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, new ServiceError('not_found')));
  return server;
}

function observe(server: FastifyInstance, { log, metrics, clock }: HttpServerOptions): void {
  const observed = new WeakMap<FastifyRequest, Observed>();

  server.addHook('onRequest', (request, _reply, done) => {
    const span = startServerSpan(
      `${request.method} ${request.routeOptions.url ?? 'unmatched'}`,
      {
        traceparent: single(request.headers[traceparentHeader]),
        tracestate: single(request.headers[tracestateHeader]),
      },
      { 'http.request.method': request.method, 'http.route': request.routeOptions.url ?? 'unmatched' },
    );
    observed.set(request, { span, startedAt: clock.monotonic() });
    span.run(done);
  });

  // The body arrives in events of the socket, outside of the span: it is entered again behind them.
  server.addHook('preValidation', (request, _reply, done) => {
    const span = observed.get(request)?.span;
    if (span === undefined) done();
    else span.run(done);
  });

  server.setErrorHandler((thrown, request, reply) => {
    const answer = (): FastifyReply => {
      const error = toServiceError(thrown);
      if (error.code === 'internal') log.error({ error: thrown }, 'a request failed unexpectedly');
      else if (error.row.httpStatus >= 500) log.warn({ error }, 'a request failed');
      return sendProblem(reply, error);
    };
    return observed.get(request)?.span.run(answer) ?? answer();
  });

  server.addHook('onResponse', (request, reply, done) => {
    const { span, startedAt } = observed.get(request) ?? {};
    const durationMs = startedAt === undefined ? 0 : clock.monotonic() - startedAt;
    const route = request.routeOptions.url ?? 'unmatched';
    metrics.httpDuration.observe({ method: request.method, route, status: reply.statusCode }, durationMs / 1000);
    const write = (): void => {
      const line = { method: request.method, route, status: reply.statusCode, durationMs: Math.round(durationMs) };
      log[quietPaths.has(route) ? 'debug' : 'info'](line, 'request');
    };
    if (span === undefined) write();
    else {
      span.run(write);
      span.end(reply.statusCode >= 500 ? new Error(`status ${reply.statusCode}`) : undefined);
    }
    done();
  });
}

function sendProblem(reply: FastifyReply, error: ServiceError): FastifyReply {
  if (error.code === 'token_missing') reply.header('www-authenticate', 'Bearer');
  if (error.code === 'token_invalid') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  if (error.row.httpStatus === 503) reply.header('retry-after', '1');
  const problem = toProblem(error);
  return reply.status(problem.status).type(problemMediaType).send(JSON.stringify(problem));
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}
