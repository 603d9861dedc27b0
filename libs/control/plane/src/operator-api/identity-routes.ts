/** The part of the operator API that is about tokens and the CA (interfaces.md, section 5). Bodies are JSON. */

import { WeftError } from '@weft/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { IdentityOperations } from '../identity/identity-operations.ts';
import { Problem } from './problem.ts';

const name = z.string().min(1).max(253);
const tokenSchema = z.strictObject({
  namespace: name,
  serviceAccount: name,
  workloadGroup: z.string().max(253).optional(),
  uses: z.int().optional(),
  ttlSeconds: z.number().optional(),
});
const startSchema = z.strictObject({ caDir: z.string().min(1).max(4096).optional() });
const finishSchema = z.strictObject({ force: z.boolean().default(false) });
const revokeSchema = z.strictObject({ namespace: name, serviceAccount: name, reason: z.string().max(500).default('') });

/** Guarded by the hooks of `app`. */
export function addIdentityRoutes(app: FastifyInstance, identity: IdentityOperations): void {
  app.register((routes, _options, ready) => {
    routes.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, JSON.parse(String(body)));
      } catch {
        done(new Problem('bad_request', 'the body is not JSON'));
      }
    });
    routes.get('/v1/tokens', () => ({ tokens: identity.tokens() }));
    routes.post('/v1/tokens', async (request, reply) => {
      const made = await answered(identity.createToken(read(tokenSchema, request.body)));
      return reply.status(201).header('cache-control', 'no-store').send(made);
    });
    routes.delete<{ Params: { id: string } }>('/v1/tokens/:id', async (request, reply) => {
      const known = await identity.revokeToken(request.params.id);
      return noContent(reply, known, `no join token ${request.params.id}`);
    });
    routes.get('/v1/ca', () => identity.caStatus());
    routes.post('/v1/ca/rotation', (request) =>
      answered(identity.startRotation(read(startSchema, request.body ?? {}).caDir)),
    );
    routes.post('/v1/ca/rotation/finish', (request) =>
      answered(identity.finishRotation(read(finishSchema, request.body ?? {}).force)),
    );
    routes.post('/v1/ca/revocations', async (request) => {
      const { namespace, serviceAccount, reason } = read(revokeSchema, request.body);
      return { certificates: await answered(identity.revoke(namespace, serviceAccount, reason)), ...listOf(identity) };
    });
    routes.delete<{ Params: { namespace: string; account: string } }>(
      '/v1/ca/revocations/:namespace/:account',
      async (request, reply) => {
        const { namespace, account } = request.params;
        const known = await answered(identity.restore(namespace, account));
        return noContent(reply, known, `${namespace}/${account} is not revoked`);
      },
    );
    ready();
  });
}

function listOf(identity: IdentityOperations): { readonly listProblem: string } {
  return { listProblem: identity.caStatus().listProblem };
}

function noContent(reply: FastifyReply, known: boolean, otherwise: string): FastifyReply {
  if (!known) throw new Problem('not_found', otherwise);
  return reply.status(204).send();
}

/** @throws Problem bad_request naming the field. */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Problem('bad_request', `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not valid'}`);
}

/** What an operator may know of an expected failure is its sentence. */
async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    throw new Problem(error.code === 'rotation_refused' ? 'rotation_refused' : 'bad_request', error.message);
  }
}
