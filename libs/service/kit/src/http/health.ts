/** The three paths that every service answers: is it alive, can it work, what has it counted. */

import type { Registry } from 'prom-client';
import type { Routes } from './server.ts';

export interface Readiness {
  /** Nothing, or what keeps the service from working: one sentence. */
  check(): Promise<string | undefined>;
}

export function healthRoutes(readiness: Readiness, registry: Registry): Routes {
  return (server) => {
    server.get('/health/live', async () => ({ status: 'alive' }));
    server.get('/health/ready', async (_request, reply) => {
      const reason = await readiness.check();
      if (reason === undefined) return { status: 'ready' };
      return reply.status(503).send({ status: 'not ready', reason });
    });
    server.get('/metrics', async (_request, reply) => {
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  };
}
