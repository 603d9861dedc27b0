/** The operator API over HTTP (interfaces.md, section 5). */

import type { Logger } from '@weft/telemetry';
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { z } from 'zod';
import type { IdentityOperations } from '../identity/identity-operations.ts';
import { createTokenCheck, isLoopbackHost } from './guard.ts';
import { addIdentityRoutes } from './identity-routes.ts';
import type { OperatorView } from './operator-view.ts';
import { Problem, problems } from './problem.ts';

/** Largest body taken, bytes. */
export const bodyBytesMax = 4 * 1024 * 1024;

/** The same for a plan, which brings traffic along. */
const planBytesMax = 24 * 1024 * 1024;

/** Tapped workloads of one plan. */
const trafficMax = 256;

const filterSchema = z.object({
  kind: z.string().max(63).optional(),
  namespace: z.string().max(253).optional(),
  name: z.string().max(253).optional(),
});

/** Endpoints that one question is about. */
const targetsMax = 100;
const target = z.string().max(300);
const targetsSchema = z.object({
  target: z.union([target.transform((one) => [one]), z.array(target).max(targetsMax)]).default([]),
});

const planSchema = z.object({
  yaml: z.string(),
  delete: z.boolean().default(false),
  traffic: z
    .array(z.object({ workload: z.string().max(253), lines: z.string() }))
    .max(trafficMax)
    .default([]),
  replaySinceMs: z.number().min(0).optional(),
});

const resourcePathSchema = z.object({ kind: z.string(), namespace: z.string(), name: z.string() });

/** The server is not listening yet. */
export function createOperatorApi(
  view: OperatorView,
  operatorToken: string,
  logger: Logger,
  identity?: IdentityOperations,
): FastifyInstance {
  const app = fastify({
    bodyLimit: bodyBytesMax,
    logger: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 600 },
  });
  const allowed = createTokenCheck(operatorToken);

  app.addHook('onRequest', async (request) => {
    if (!isLoopbackHost(request.headers.host)) throw new Problem('host_refused');
    if (request.method === 'GET' && request.url === '/v1/version') return;
    if (!allowed(request.headers.authorization)) throw new Problem('unauthorized');
  });
  app.setNotFoundHandler(() => {
    throw new Problem('not_found');
  });
  app.setErrorHandler((error: FastifyError | Problem, _request, reply) => {
    const problem = error instanceof Problem ? error : translate(error);
    if (problem.code === 'internal') logger.error({ err: error }, 'a call of the operator API failed');
    return reply
      .status(problems[problem.code].status)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toDocument()));
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );

  if (identity !== undefined) addIdentityRoutes(app, identity);
  app.get('/v1/version', () => ({ version: view.version }));
  app.get('/v1/status', () => view.status());
  app.get('/v1/proxies', () => ({ proxies: view.proxies() }));
  app.get<{ Params: { id: string } }>('/v1/proxies/:id/snapshot', (request) => {
    const dump = view.snapshot(request.params.id);
    if (dump === undefined) throw new Problem('not_found', `no proxy ${request.params.id} is connected`);
    return dump;
  });
  app.get('/v1/resources', (request) => {
    const filter = filterSchema.safeParse(request.query);
    if (!filter.success) throw new Problem('bad_request', 'kind, namespace and name may each be given once');
    const { kind, namespace, name } = filter.data;
    return {
      resources: view.resources({
        ...(kind === undefined ? {} : { kind }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      }),
    };
  });
  app.post('/v1/resources', async (request, reply) => {
    if (typeof request.body !== 'string') throw new Problem('unsupported_media_type');
    const { applied, version } = await view.apply(request.body, ifVersion(request));
    return reply.header('etag', `"${version}"`).send({ applied, version });
  });
  app.get('/v1/history', (_request, reply) => {
    const history = view.history();
    return reply.header('etag', `"${history.version}"`).send(history);
  });
  app.post<{ Params: { version: string } }>('/v1/rollback/:version', async (request, reply) => {
    const { applied, version } = await view.rollback(versionOf(request.params.version), ifVersion(request));
    return reply.header('etag', `"${version}"`).send({ applied, version });
  });
  app.get<{ Params: { id: string } }>('/v1/proxies/:id/network-cuts', (request) => {
    const asked = targetsSchema.safeParse(request.query);
    if (!asked.success) throw new Problem('bad_request', `target may be given at most ${targetsMax} times`);
    return { cuts: view.networkCuts(request.params.id, asked.data.target) };
  });
  app.get('/v1/analysis', () => ({ findings: view.analysis() }));
  app.register(async (scope) => {
    // Beside documents a plan is told what to do with them, and traffic.
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    scope.post('/v1/plan', { bodyLimit: planBytesMax }, (request) => view.plan(planRequest(request.body)));
  });
  app.delete('/v1/resources/:kind/:namespace/:name', async (request, reply) => {
    const { kind, namespace, name } = resourcePathSchema.parse(request.params);
    await view.remove(kind, namespace, name, ifVersion(request));
    return reply.status(204).send();
  });
  return app;
}

function planRequest(body: unknown): z.infer<typeof planSchema> {
  if (typeof body !== 'string') throw new Problem('unsupported_media_type');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Problem('bad_request', 'the body is not JSON');
  }
  const parsed = planSchema.safeParse(value);
  if (!parsed.success)
    throw new Problem('bad_request', 'a plan is {yaml, delete, traffic: [{workload, lines}], replaySinceMs}');
  return parsed.data;
}

/** If-Match: "42", the version of the history that the caller has seen; nothing for any. */
function ifVersion({ headers }: FastifyRequest): number | undefined {
  const written = headers['if-match'];
  if (written === undefined || written === '*') return undefined;
  return versionOf(/^"(.*)"$/.exec(written)?.[1] ?? written);
}

function versionOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Problem('bad_request', 'a version is a number, such as `weft history` shows');
  return Number(text);
}

function translate(error: FastifyError): Problem {
  const status = error.statusCode ?? 500;
  if (status === 413) return new Problem('too_large');
  if (status === 415) return new Problem('unsupported_media_type');
  return status < 500 ? new Problem('bad_request') : new Problem('internal');
}
