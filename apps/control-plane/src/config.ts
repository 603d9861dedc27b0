/** The settings of the process, from its command line (interfaces.md, section 3). */

import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import type { Address } from '@weft/control-plane';
import { isLogLevel, type LogLevel, logLevels } from '@weft/telemetry';

export interface Config {
  readonly configDirs: readonly string[];
  readonly meshConfig: string | undefined;
  readonly stateDir: string;
  readonly tokenDir: string | undefined;
  readonly caDir: string | undefined;
  readonly xds: Address;
  readonly xdsClear: Address | undefined;
  readonly monitoring: Address;
  readonly api: Address;
  readonly trustDomain: string;
  readonly domain: string;
  readonly sans: readonly string[];
  /** The cluster that it serves; nothing: none. */
  readonly kubernetes: KubernetesConfig | undefined;
  readonly logLevel: LogLevel;
}

export interface KubernetesConfig {
  /** Nothing: it runs in a pod of the cluster. */
  readonly kubeconfig: string | undefined;
  readonly webhook: Address | undefined;
  /** Of the process, for what only one replica does. */
  readonly identity: string;
  /** Where a pod learns of its API server. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What is wrong with the command line, in one sentence. */
export class UsageError extends Error {}

const flags = {
  'config-dir': { type: 'string', multiple: true },
  'mesh-config': { type: 'string' },
  'state-dir': { type: 'string', default: '.weft/control-plane' },
  'token-dir': { type: 'string' },
  'ca-dir': { type: 'string' },
  xds: { type: 'string', default: '127.0.0.1:15012' },
  'xds-clear': { type: 'string' },
  monitoring: { type: 'string', default: '127.0.0.1:15014' },
  api: { type: 'string', default: '127.0.0.1:15080' },
  'trust-domain': { type: 'string', default: 'cluster.local' },
  domain: { type: 'string', default: 'cluster.local' },
  san: { type: 'string', multiple: true, default: [] as string[] },
  kubernetes: { type: 'boolean', default: false },
  kubeconfig: { type: 'string' },
  webhook: { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
} as const;

const configDirsMax = 16;

/** @throws UsageError. */
export function parseConfig(args: readonly string[]): Config {
  const values = parseFlags(args);
  const level = values['log-level'];
  if (!isLogLevel(level)) throw new UsageError(`--log-level ${level}: give one of ${logLevels.join(', ')}`);
  for (const flag of ['mesh-config', 'state-dir', 'token-dir', 'ca-dir'] as const) {
    if (values[flag] === '') throw new UsageError(`--${flag} is empty`);
  }
  const configDirs = values['config-dir'] ?? (values.kubernetes ? [] : ['infra/mesh']);
  if (configDirs.includes('')) throw new UsageError('--config-dir is empty');
  if (configDirs.length > configDirsMax) throw new UsageError(`--config-dir: at most ${configDirsMax} folders`);
  return {
    configDirs,
    meshConfig: values['mesh-config'],
    stateDir: values['state-dir'],
    tokenDir: values['token-dir'],
    caDir: values['ca-dir'],
    xds: parseAddress('xds', values.xds),
    xdsClear: values['xds-clear'] === undefined ? undefined : parseAddress('xds-clear', values['xds-clear']),
    monitoring: parseAddress('monitoring', values.monitoring),
    api: parseAddress('api', values.api),
    trustDomain: parseDnsName('trust-domain', values['trust-domain']),
    domain: parseDnsName('domain', values.domain),
    sans: values.san.map((name) => (isIP(name) === 0 ? parseDnsName('san', name) : name)),
    kubernetes: parseKubernetes(values),
    logLevel: level,
  };
}

function parseKubernetes(values: ReturnType<typeof parseFlags>): Config['kubernetes'] {
  const { kubernetes, kubeconfig, webhook } = values;
  for (const [flag, value] of Object.entries({ kubeconfig, webhook })) {
    if (value !== undefined && !kubernetes) throw new UsageError(`--${flag} goes with --kubernetes`);
  }
  if (!kubernetes) return undefined;
  return {
    kubeconfig,
    webhook: webhook === undefined ? undefined : parseAddress('webhook', webhook),
    identity: `${hostname()}_${process.pid}`,
    environment: process.env,
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseAddress(flag: string, text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const name = match?.[1] ?? match?.[2] ?? '';
  const host = name === 'localhost' ? '127.0.0.1' : name;
  const port = Number(match?.[3]);
  if (isIP(host) === 0 || !(port <= 65535)) {
    throw new UsageError(`--${flag} ${text}: give an IP address and a port, like 127.0.0.1:15012`);
  }
  return { host, port };
}

function parseDnsName(flag: string, text: string): string {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text)) return text;
  throw new UsageError(`--${flag} ${text}: give a DNS name, like cluster.local`);
}
