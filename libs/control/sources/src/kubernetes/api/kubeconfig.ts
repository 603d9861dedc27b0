/** A kubeconfig, as kubectl writes it: its current context becomes the access to a cluster. */

import { dirname, resolve } from 'node:path';
import type { Clock } from '@weft/kernel';
import { parseAllDocuments } from 'yaml';
import { AccessError, type ClusterAccess, readBounded, tokenOfFile } from './cluster-access.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Client certificates, tokens and token files are used; a user that is a program to run or a provider to ask is refused by name.
 *
 * @throws AccessError.
 */
export async function accessFromKubeconfig(path: string, clock: Clock): Promise<ClusterAccess> {
  const config = parse(path, await readBounded(path));
  const contextName = text(config['current-context']);
  if (contextName === '') throw new AccessError(`${path}: it names no current-context`);
  const context = named(path, config, 'context', contextName);
  const cluster = named(path, config, 'cluster', text(context['cluster']));
  const user = text(context['user']) === '' ? {} : named(path, config, 'user', text(context['user']));
  for (const way of ['exec', 'auth-provider', 'username']) {
    if (user[way] !== undefined) {
      throw new AccessError(
        `${path}: user ${text(context['user'])} signs in by ${way}, which is not done; use a token`,
      );
    }
  }
  const inline = inlineOrFile(path);
  const [ca, cert, key] = await Promise.all([
    inline(cluster, 'certificate-authority'),
    inline(user, 'client-certificate'),
    inline(user, 'client-key'),
  ]);
  const token = tokenOf(path, user, clock);
  const serverName = text(cluster['tls-server-name']);
  return {
    server: serverOf(path, text(cluster['server'])),
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === '' ? {} : { serverName }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
    ...(cert === undefined || key === undefined ? {} : { clientCertificate: { cert, key } }),
    ...(token === undefined ? {} : { token }),
    namespace: text(context['namespace']) || 'default',
  };
}

function parse(path: string, written: string): Fields {
  const [document] = parseAllDocuments(written, { prettyErrors: false });
  if (document === undefined || !('errors' in document) || document.errors.length > 0) {
    throw new AccessError(`${path} is not YAML`);
  }
  return fields(document.toJS({ maxAliasCount: 10 }));
}

/** The entry of the list `<what>s` that has this name. */
function named(path: string, config: Fields, what: string, name: string): Fields {
  const list = config[`${what}s`];
  const entry = (Array.isArray(list) ? list : []).map(fields).find((item) => item['name'] === name);
  if (entry === undefined) throw new AccessError(`${path}: there is no ${what} ${JSON.stringify(name)}`);
  return fields(entry[what]);
}

/** `<field>-data` in base64, else the file that `<field>` names. */
function inlineOrFile(path: string) {
  return async (holder: Fields, field: string): Promise<string | undefined> => {
    const data = text(holder[`${field}-data`]);
    if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
    const file = text(holder[field]);
    return file === '' ? undefined : readBounded(resolve(dirname(path), file));
  };
}

function tokenOf(path: string, user: Fields, clock: Clock): (() => Promise<string>) | undefined {
  const file = text(user['tokenFile']);
  if (file !== '') return tokenOfFile(resolve(dirname(path), file), clock);
  const token = text(user['token']);
  return token === '' ? undefined : async () => token;
}

function serverOf(path: string, written: string): URL {
  const server = URL.canParse(written) ? new URL(written) : undefined;
  if (server?.protocol === 'https:' || server?.protocol === 'http:') return server;
  throw new AccessError(`${path}: its server ${JSON.stringify(written)} is not an http or https address`);
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
