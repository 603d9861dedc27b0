/** `weft version`: this program's and, where it answers, the control plane's. */

import { AdminError, createOperatorClient } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { version as clientVersion } from '../version.ts';

const askTimeoutMs = 300;

export async function version(context: Context): Promise<void> {
  const controlPlane = await askVersion(context);
  await context.output.answer(
    context.format,
    { client: clientVersion, node: process.versions.node, controlPlane },
    () =>
      [
        `weft ${clientVersion} (Node.js ${process.versions.node})`,
        `control plane ${controlPlane ?? 'not running'}`,
      ].join('\n'),
  );
}

async function askVersion(context: Context): Promise<string | null> {
  const baseUrl = context.config.api.includes('://') ? context.config.api : `http://${context.config.api}`;
  try {
    return await createOperatorClient({ baseUrl, token: () => '', timeoutMs: askTimeoutMs }).version();
  } catch (error) {
    if (error instanceof AdminError) return null;
    throw error;
  }
}
