/** Two network namespaces with a wire between them, and one from each to this machine; gone when the test is. */

import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Programs that a machine may lack. */
const programs = ['ip', 'iptables-save', 'iptables-restore', 'setpriv', 'curl', 'psql'] as const;

/** Why these tests cannot run here; nothing where they can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return `network namespaces need Linux, not ${process.platform}`;
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const folders = (process.env['PATH'] ?? '').split(':').concat('/usr/sbin', '/sbin');
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(`${folder}/${name}`)));
  if (missing.length > 0) return `${missing.join(', ')} not found`;
  const probe = `weft-probe-${process.pid}`;
  try {
    run('ip', 'netns', 'add', probe);
    run('ip', 'netns', 'exec', probe, 'iptables-save', '-t', 'nat');
  } catch (error) {
    return `this machine does not let us make network namespaces with iptables (${String(error).split('\n')[0]})`;
  } finally {
    tryRun('ip', 'netns', 'del', probe);
  }
  return undefined;
}

export interface Namespace {
  readonly name: string;
  /** Where its neighbour finds it. */
  readonly address: string;
  /** Where it finds this machine. */
  readonly hostAddress: string;
  /** Runs a program to its end. @throws where it fails, with what it said. */
  run(...command: readonly string[]): string;
  /** Starts a program; ended with the namespace. */
  start(command: readonly string[], options?: SpawnOptions): ChildProcess;
}

export interface Namespaces {
  readonly client: Namespace;
  readonly server: Namespace;
  /** Ends what was started there and removes both. */
  remove(): Promise<void>;
}

/** Addresses of the documentation's ranges (RFC 5737), so that they collide with nobody's. */
export function createNamespaces(): Namespaces {
  const id = process.pid % 10_000;
  const children: ChildProcess[] = [];
  const names = { client: `weft-c${id}`, server: `weft-s${id}` };
  const removeAll = (): void => {
    for (const name of Object.values(names)) tryRun('ip', 'netns', 'del', name);
  };
  process.once('exit', removeAll);
  const make = (name: string, address: string, host: string): Namespace => ({
    name,
    address,
    hostAddress: host,
    run: (...command) => run('ip', 'netns', 'exec', name, ...command),
    start(command, options = {}) {
      run('ip', 'netns', 'exec', name, 'true');
      const child = spawn('ip', ['netns', 'exec', name, ...command], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
      children.push(child);
      child.on('error', () => {});
      return child;
    },
  });
  try {
    for (const name of Object.values(names)) {
      run('ip', 'netns', 'add', name);
      run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    }
    join(names.client, 'wire', '192.0.2.1/30', names.server, 'wire', '192.0.2.2/30');
    join(undefined, `weft${id}c`, '198.51.100.1/30', names.client, 'host', '198.51.100.2/30');
    join(undefined, `weft${id}s`, '198.51.100.5/30', names.server, 'host', '198.51.100.6/30');
  } catch (error) {
    removeAll();
    throw error;
  }
  return {
    client: make(names.client, '192.0.2.1', '198.51.100.1'),
    server: make(names.server, '192.0.2.2', '198.51.100.5'),
    async remove() {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map((child) => ended(child)));
      removeAll();
      process.removeListener('exit', removeAll);
    },
  };
}

function ended(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', resolve));
}

/** @param space nothing: this machine's own. */
function join(
  space: string | undefined,
  device: string,
  address: string,
  otherSpace: string,
  otherDevice: string,
  otherAddress: string,
): void {
  const at = (name: string | undefined): readonly string[] => (name === undefined ? [] : ['-n', name]);
  run('ip', ...at(space), 'link', 'add', device, 'type', 'veth', 'peer', 'name', otherDevice, 'netns', otherSpace);
  run('ip', ...at(space), 'addr', 'add', address, 'dev', device);
  run('ip', ...at(space), 'link', 'set', device, 'up');
  run('ip', ...at(otherSpace), 'addr', 'add', otherAddress, 'dev', otherDevice);
  run('ip', ...at(otherSpace), 'link', 'set', otherDevice, 'up');
}

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
}

function tryRun(program: string, ...args: readonly string[]): void {
  try {
    run(program, ...args);
  } catch {
    // It was not there.
  }
}
