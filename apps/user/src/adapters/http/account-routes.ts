/** Accounts and sessions over HTTP. */

import { parseInput, type Routes } from '@weft/service-kit';
import { z } from 'zod';
import type { Accounts } from '../../application/accounts.ts';

/** Long passwords cost nothing more to hash, but their bytes have to be bounded. */
const password = z.string().min(8).max(256);
const email = z.email().max(254);
const newAccount = z.strictObject({ email, password, name: z.string().trim().min(1).max(200) });
const newSession = z.strictObject({ email: z.string().min(1).max(254), password: z.string().min(1).max(256) });

export function accountRoutes(accounts: Accounts, jwks: unknown): Routes {
  return (server) => {
    server.post('/api/users', async (request, reply) => {
      const id = await accounts.open(parseInput(newAccount, 'body', request.body));
      return reply.status(201).send({ id });
    });
    server.post('/api/sessions', async (request, reply) => {
      const body = parseInput(newSession, 'body', request.body);
      const token = await accounts.openSession(body.email, body.password);
      return reply.header('cache-control', 'no-store').send({ token });
    });
    server.get('/.well-known/jwks.json', async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').send(jwks),
    );
  };
}
