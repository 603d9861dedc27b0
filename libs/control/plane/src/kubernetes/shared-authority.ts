/** One CA for all replicas: a Secret that a person made, else one that the first replica makes. */

import { join } from 'node:path';
import { ensurePrivateFolder, makeAuthority, writePrivateFile } from '@weft/control-ca';
import type { ApiClient, ApiFailure } from '@weft/control-sources';
import { type Clock, delay } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import { SettingError } from '../setting-error.ts';
import { clusterNames } from './names.ts';

export interface SharedAuthorityOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly trustDomain: string;
  /** Gets a folder `ca-secret` with the CA's files, 0700. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

type Files = Readonly<Record<string, string>>;

const retryMs = 2_000;

/**
 * Waits for an API server that does not answer. @returns the folder.
 * @throws SettingError where the API server refuses; WeftError state_invalid where the folder cannot be written.
 */
export async function shareAuthority(options: SharedAuthorityOptions): Promise<string> {
  const files = await readOrMake(options);
  const folder = join(options.stateDir, 'ca-secret');
  await ensurePrivateFolder(options.stateDir);
  await ensurePrivateFolder(folder);
  for (const [name, content] of Object.entries(files)) await writePrivateFile(join(folder, name), content);
  return folder;
}

async function readOrMake(options: SharedAuthorityOptions): Promise<Files> {
  const { client, namespace, clock, logger, trustDomain } = options;
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  for (;;) {
    const found = (await read(client, `${collection}/${clusterNames.givenAuthority}`)) ??
      (await read(client, `${collection}/${clusterNames.authority}`)) ?? { ok: true as const, files: undefined };
    if (found.ok && found.files !== undefined) return found.files;
    if (found.ok) {
      const files = await makeAuthority(trustDomain, clock.now());
      const metadata = { name: clusterNames.authority, namespace };
      const body = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'istio.io/ca-root', stringData: files };
      const made = await client.request({ method: 'POST', path: collection, body });
      if (made.ok) logger.info({ secret: `${namespace}/${clusterNames.authority}` }, 'a CA was made for the cluster');
      if (made.ok) return files;
      // Another replica was faster: its CA counts.
      if (made.status === 409) continue;
      refuse(made, `create Secret ${namespace}/${clusterNames.authority}`);
    } else refuse(found, `read Secrets of ${namespace}`);
    logger.warn({ server: client.server }, 'the API server does not answer; the CA is asked for again');
    await delay(clock, retryMs);
  }
}

/** Undefined where there is none. */
async function read(client: ApiClient, path: string): Promise<{ ok: true; files: Files } | ApiFailure | undefined> {
  const found = await client.request({ method: 'GET', path });
  if (!found.ok) return found.status === 404 ? undefined : found;
  const { data = {} } = found.body as { readonly data?: Readonly<Record<string, string>> };
  const files = Object.entries(data)
    .filter(([name]) => /^[a-z0-9-]+\.pem$/.test(name))
    .map(([name, value]) => [name, Buffer.from(value, 'base64').toString('utf8')] as const);
  return { ok: true, files: Object.fromEntries(files) };
}

function refuse(failure: ApiFailure, what: string): void {
  if (failure.status < 400 || failure.status >= 500 || failure.status === 429) return;
  throw new SettingError(`--kubernetes: the API server does not let us ${what}: ${failure.message}`);
}
