/** How an API server is reached and what we show it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@weft/kernel';
import { kubernetesLimits } from '../limits.ts';

export interface ClusterAccess {
  /** "https://10.0.0.1:6443", perhaps with a path. */
  readonly server: URL;
  /** PEM; the system's own authorities where absent. */
  readonly ca?: string;
  /** Name that the server's certificate must have where it is not that of `server`. */
  readonly serverName?: string;
  /** The server's certificate is not checked. */
  readonly insecure?: true;
  /** PEM. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** Bearer token of this moment; it may change while we run. */
  readonly token?: () => Promise<string>;
  /** Of the kubeconfig's context, or of our own pod. */
  readonly namespace: string;
}

/** What is wrong with a kubeconfig or with our pod, in one sentence. */
export class AccessError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AccessError';
  }
}

/** Where a pod finds its service account. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** @throws AccessError where this is no pod with a service account. */
export async function accessFromPod(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  folder = serviceAccountFolder,
): Promise<ClusterAccess> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = environment;
  if (host === '') {
    throw new AccessError('KUBERNETES_SERVICE_HOST is not set: outside of a cluster, give a kubeconfig');
  }
  const [ca, namespace] = await Promise.all([
    readBounded(join(folder, 'ca.crt')),
    readBounded(join(folder, 'namespace')),
  ]);
  const token = tokenOfFile(join(folder, 'token'), clock);
  await token();
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  return { server, ca, namespace: namespace.trim(), token };
}

/** Reads the file again when what it said is old: the kubelet replaces it. */
export function tokenOfFile(path: string, clock: Clock): () => Promise<string> {
  let known: { readonly token: string; readonly at: number } | undefined;
  return async () => {
    if (known !== undefined && clock.monotonic() - known.at < kubernetesLimits.tokenMs) return known.token;
    known = { token: (await readBounded(path)).trim(), at: clock.monotonic() };
    return known.token;
  };
}

/** @throws AccessError that names the file. */
export async function readBounded(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new AccessError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
  }
  if (text.length > kubernetesLimits.fileBytesMax) {
    throw new AccessError(`${path} is larger than ${kubernetesLimits.fileBytesMax} bytes`);
  }
  return text;
}
