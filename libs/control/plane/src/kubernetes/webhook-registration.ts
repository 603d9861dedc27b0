/** Tells the API server whom to believe: our roots in the ValidatingWebhookConfiguration, which is strict from then on. */

import type { ApiClient } from '@weft/control-sources';
import type { Logger } from '@weft/telemetry';
import { clusterNames } from './names.ts';

interface Configuration {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig?: { readonly caBundle?: string };
    readonly failurePolicy?: string;
  }[];
}

const path = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${clusterNames.webhook}`;

/** Writes only what differs. @returns false where it is to be tried again. */
export async function registerWebhook(
  client: ApiClient,
  rootsPem: string,
  logger: Pick<Logger, 'info' | 'warn'>,
): Promise<boolean> {
  const found = await client.request({ method: 'GET', path });
  // A cluster without the configuration has chosen to do without the webhook.
  if (!found.ok && found.status === 404) return true;
  const caBundle = Buffer.from(rootsPem).toString('base64');
  const { webhooks = [] } = found.ok ? (found.body as Configuration) : {};
  const isDone = webhooks.every(
    ({ clientConfig, failurePolicy }) => clientConfig?.caBundle === caBundle && failurePolicy === 'Fail',
  );
  if (found.ok && isDone) return true;
  const body = webhooks.flatMap((_webhook, index) => [
    { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle },
    // Until somebody answers with a certificate that is believed, nothing may be refused.
    { op: 'add', path: `/webhooks/${index}/failurePolicy`, value: 'Fail' },
  ]);
  const written = found.ok
    ? await client.request({ method: 'PATCH', path, body, contentType: 'application/json-patch+json' })
    : found;
  if (written.ok) logger.info({ webhook: clusterNames.webhook }, 'the webhook is in force');
  else logger.warn({ webhook: clusterNames.webhook, reason: written.message }, 'the webhook cannot be registered now');
  return written.ok;
}
