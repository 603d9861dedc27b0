/** Where everything lies under the run folder (`.weft/`). */

import { join, resolve } from 'node:path';

export interface Layout {
  /** Absolute path of the run folder. */
  readonly dir: string;
  readonly logs: string;
  readonly postgres: string;
  readonly controlPlane: string;
  readonly operatorToken: string;
  readonly tokens: string;
  readonly sidecars: string;
  readonly discovery: string;
  readonly compileCache: string;
  readonly runs: string;
  readonly runFile: string;
  readonly buildStamp: string;
  logOf(process: string): string;
  accessLogOf(process: string): string;
  /** Folder with `token` and `root-cert.pem` of a WorkloadGroup. */
  tokenDirOf(namespace: string, group: string): string;
  /** Record of one `weft run`. */
  localRunFileOf(namespace: string, name: string): string;
}

export function layoutOf(runDir: string): Layout {
  const dir = resolve(runDir);
  const under = (...parts: string[]): string => join(dir, ...parts);
  return {
    dir,
    logs: under('logs'),
    postgres: under('postgres'),
    controlPlane: under('control-plane'),
    operatorToken: under('control-plane', 'operator-token'),
    tokens: under('tokens'),
    sidecars: under('sidecars'),
    discovery: under('discovery'),
    compileCache: under('compile-cache'),
    runs: under('runs'),
    runFile: under('run.json'),
    buildStamp: under('build-stamp'),
    logOf: (process) => under('logs', `${process}.log`),
    accessLogOf: (process) => under('logs', `${process}.access.log`),
    tokenDirOf: (namespace, group) => under('tokens', `${namespace}.${group}`),
    localRunFileOf: (namespace, name) => under('runs', `${namespace}.${name}.json`),
  };
}
