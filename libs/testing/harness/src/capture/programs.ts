/** The programs of a captured machine: our bundles, a sidecar as a user of its own, an application, PostgreSQL. */

import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '@weft/kernel/testing';
import { canReach, copyBinaries, databaseAccount, findBinaries } from '@weft/operator-launcher';
import type { Namespace } from './namespaces.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..', '..');

/** Istio's own for the sidecar. */
export const sidecarUser = 1_337;

const folders: string[] = [];

function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

/** After the programs have ended. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Bundles an app as its image has it, where its native part is found and where every user can read it. */
export function bundle(app: 'sidecar' | 'cli' | 'control-plane', folder: string): Promise<string> {
  return bundleProgram(join(root, 'apps', app, 'src', 'main.ts'), join(folder, `${app}.mjs`));
}

/** A folder with `koffi`, open to all: the sidecar's user may not be able to enter the checkout. */
export function programFolder(): string {
  const folder = temporaryFolder('weft-capture-');
  chmodSync(folder, 0o755);
  for (const name of ['koffi', '@koromix']) {
    const from = join(root, 'node_modules', name);
    if (existsSync(from)) cpSync(from, join(folder, 'node_modules', name), { recursive: true });
  }
  return folder;
}

export interface RunningSidecar {
  readonly child: ChildProcess;
  readonly accessLog: string;
  /** Both streams so far. */
  output(): string;
}

export interface SidecarOptions {
  readonly program: string;
  readonly namespace: Namespace;
  readonly xdsPort: number;
  readonly rootPem: string;
  /** "ns/name": the workload group and the identity. */
  readonly group: string;
  /** The group where absent, as the fake control plane takes it. */
  readonly token?: string;
  /** Instead of a listener for everything that is sent. */
  readonly more?: readonly string[];
}

export function startSidecar(options: SidecarOptions): RunningSidecar {
  const { program, namespace, xdsPort, rootPem, group, token = group } = options;
  const folder = temporaryFolder('weft-captured-');
  writeFileSync(join(folder, 'token'), `${token}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'root-cert.pem'), rootPem);
  for (const path of [folder, join(folder, 'token'), join(folder, 'root-cert.pem')]) {
    chownSync(path, sidecarUser, sidecarUser);
  }
  const accessLog = join(folder, 'access.log');
  const flags: Readonly<Record<string, string>> = {
    '--workload-group': group,
    '--xds': `${namespace.hostAddress}:${xdsPort}`,
    '--token-dir': folder,
    '--state-dir': join(folder, 'state'),
    '--address': namespace.address,
    '--access-log': accessLog,
    '--drain-seconds': '1',
  };
  const user = String(sidecarUser);
  const child = namespace.start([
    'setpriv',
    '--reuid',
    user,
    '--regid',
    user,
    '--clear-groups',
    process.execPath,
    program,
    ...Object.entries(flags).flat(),
    ...(options.more ?? ['--outbound', '0.0.0.0:15001']),
  ]);
  return { child, accessLog, output: outputOf(child) };
}

/** Says what headers it got, and answers on both ports. */
const application = `
const { createServer } = require('node:http');
const { createServer: createTcp } = require('node:net');
const answer = (request, response) => response.end(JSON.stringify({ path: request.url, headers: request.headers }));
for (const port of [80, 8080]) createServer(answer).listen(port, '127.0.0.1');
createTcp((socket) => socket.on('error', () => {}).end('220 the server speaks first')).listen(2525, '127.0.0.1', () => console.log('listening'));
`;

export function startApplication(namespace: Namespace): { readonly child: ChildProcess; output(): string } {
  const child = namespace.start([process.execPath, '-e', application]);
  return { child, output: outputOf(child) };
}

/** A PostgreSQL without passwords on 127.0.0.1:5432 of the namespace. */
export function startDatabase(namespace: Namespace): ChildProcess {
  const folder = temporaryFolder('weft-captured-db-');
  chmodSync(folder, 0o755);
  const account = databaseAccount();
  if (account === undefined) throw new Error('assertion failed: this is root');
  const found = findBinaries(root);
  const binaries = canReach(account, found.native) ? found : copyBinaries(found, folder);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, account.uid, account.gid);
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const cluster = ['-D', data, '--username=shop', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(binaries.initdb, cluster, { cwd: folder, env, stdio: 'ignore', ...account });
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((one) => [
    '-c',
    one,
  ]);
  const user = ['setpriv', '--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups'];
  return namespace.start([...user, binaries.postgres, '-D', data, '-p', '5432', ...settings], {
    env,
    cwd: folder,
    stdio: 'ignore',
  });
}

function outputOf(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}
