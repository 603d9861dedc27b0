/** The ways to pay, and which version says so: what a canary shows. */

import type { Routes } from '@weft/service-kit';

const methods = ['card', 'invoice'] as const;

export function methodRoutes(version: string): Routes {
  return (server) => {
    server.get('/api/payment-methods', async () => ({ methods, servedBy: version }));
  };
}
