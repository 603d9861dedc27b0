/** The settings of the process, from its command line (interfaces.md, section 3). */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { EnvoyAgentOptions, HostPort, ProxyOptions } from '@weft/data-proxy';
import { isLogLevel, type LogLevel, logLevels } from '@weft/telemetry';
import {
  parseAddress,
  parseAppMetrics,
  parseInbound,
  parseIp,
  parseOwnAddress,
  parseSocket,
  parseXds,
} from './addresses.ts';
import { UsageError } from './usage-error.ts';

type FromElsewhere = 'version' | 'clock' | 'random' | 'log' | 'onQuit' | 'predecessor' | 'successor' | 'workerCommand';

export interface Config extends Omit<ProxyOptions, FromElsewhere> {
  readonly logLevel: LogLevel;
  /** This process takes over from the one that started it (`--take-over`), the so manieth of its line; 0: it is the first. */
  readonly generation: number;
  /** An Envoy is the proxy, this process its agent (`--envoy`); nothing: this process is the proxy. */
  readonly envoy: EnvoyAgentOptions['envoy'] | undefined;
  /** This process is one of several that accept connections (`--worker`); nothing: it is the one that was started. */
  readonly worker: number | undefined;
}

const flags = {
  mode: { type: 'string', default: 'sidecar' },
  'workload-group': { type: 'string' },
  pod: { type: 'string' },
  xds: { type: 'string', default: '127.0.0.1:15012' },
  'xds-server-name': { type: 'string' },
  'token-dir': { type: 'string' },
  address: { type: 'string', default: '127.0.0.1' },
  inbound: { type: 'string', multiple: true, default: [] as string[] },
  outbound: { type: 'string' },
  captured: { type: 'boolean', default: false },
  'gateway-bind': { type: 'string', default: '127.0.0.1' },
  admin: { type: 'string', default: '127.0.0.1:15000' },
  readiness: { type: 'string', default: '127.0.0.1:15021' },
  prometheus: { type: 'string', default: '127.0.0.1:15090' },
  'state-dir': { type: 'string' },
  'workload-api': { type: 'string' },
  'access-log': { type: 'string' },
  'access-log-flush-ms': { type: 'string', default: '250' },
  'app-metrics': { type: 'string' },
  'drain-seconds': { type: 'string', default: '5' },
  'reason-header': { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
  concurrency: { type: 'string', default: '1' },
  envoy: { type: 'string' },
  /** Set by the parent. */
  worker: { type: 'string' },
  /** Set by the process before. */
  'take-over': { type: 'string', default: '0' },
} as const;

/** Ports of one workload. */
const inboundMax = 64;
const drainSecondsMax = 3_600;
const concurrencyMax = 64;

/** @param env for what looks for it later: PATH, and what the configuration of logs and traces names. @throws UsageError. */
export function parseConfig(args: readonly string[], env = process.env): Config {
  const end = args.indexOf('--');
  const values = parseFlags(end < 0 ? args : args.slice(0, end));
  const { mode } = values;
  if (mode !== 'sidecar' && mode !== 'gateway') throw new UsageError(`--mode ${mode}: give sidecar or gateway`);
  const level = values['log-level'];
  if (!isLogLevel(level)) throw new UsageError(`--log-level ${level}: give one of ${logLevels.join(', ')}`);
  const inbound = values.inbound.map(parseInbound);
  if (inbound.length > inboundMax) throw new UsageError(`--inbound: at most ${inboundMax} ports`);
  const name = inbound.map((port) => port.name).find((own, at, all) => all.indexOf(own) !== at);
  if (name !== undefined) throw new UsageError(`--inbound ${name}: two ports have this name`);
  if (mode === 'gateway' && inbound.length > 0) throw new UsageError('--inbound: a gateway has no application');
  return {
    mode,
    ...parseWorkload(values['workload-group'], values.pod),
    xds: parseXds(values.xds),
    xdsServerName: values['xds-server-name'],
    tokenDir: required('token-dir', values['token-dir']),
    address: parseOwnAddress(values.address),
    inbound,
    outbound: mode === 'gateway' ? undefined : parseOutbound(values.outbound, !values.captured),
    captured: parseCaptured(values.captured, mode),
    gatewayBind: parseIp('gateway-bind', values['gateway-bind']),
    admin: parseAddress('admin', values.admin),
    readiness: parseAddress('readiness', values.readiness),
    prometheus: parseAddress('prometheus', values.prometheus),
    stateDir: required('state-dir', values['state-dir']),
    workloadApi: values['workload-api'] === undefined ? undefined : parseSocket(values['workload-api']),
    accessLog: values['access-log'] === undefined ? undefined : required('access-log', values['access-log']),
    accessLogFlushMs: parseFlush(values['access-log-flush-ms']),
    appMetrics: values['app-metrics'] === undefined ? undefined : parseAppMetrics(values['app-metrics']),
    drainSeconds: parseDrain(values['drain-seconds']),
    reasonHeader: parseReasonHeader(values['reason-header'], mode),
    environment: (variable) => env[variable],
    logLevel: level,
    concurrency: parseConcurrency(values.concurrency),
    worker: values.worker === undefined ? undefined : Number(values.worker),
    generation: Number(values['take-over']) || 0,
    envoy: parseEnvoy(values, end < 0 ? undefined : args.slice(end + 1), env['PATH'] ?? ''),
  };
}

/** @param wanted there is an explicit proxy where nothing is said. */
function parseOutbound(text: string | undefined, wanted: boolean): HostPort | undefined {
  if (text === 'none' || (text === undefined && !wanted)) return undefined;
  return parseAddress('outbound', text ?? '127.0.0.1:15001');
}

function parseCaptured(captured: boolean, mode: ProxyOptions['mode']): boolean {
  if (captured && mode === 'gateway') throw new UsageError('--captured: a gateway has no application');
  return captured;
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Settings of our own proxy alone are refused beside an Envoy. @param more what stands after `--`. */
function parseEnvoy(
  values: ReturnType<typeof parseFlags>,
  more: readonly string[] | undefined,
  searchPath: string,
): Config['envoy'] {
  if (values.envoy === undefined) {
    if (more === undefined) return undefined;
    throw new UsageError('what stands after -- is for an Envoy: give --envoy too');
  }
  const ours = (['app-metrics', 'reason-header'] as const).find((flag) => values[flag] !== undefined);
  if (ours !== undefined) throw new UsageError(`--${ours}: an Envoy has no such setting; leave it out with --envoy`);
  return { program: required('envoy', values.envoy), args: more ?? [], searchPath };
}

function required(flag: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`--${flag} is missing`);
  if (value === '') throw new UsageError(`--${flag} is empty`);
  return value;
}

/** A pod of Kubernetes registers by nothing: its EndpointSlices say where it is, its Pod what it is. */
function parseWorkload(
  group: string | undefined,
  pod: string | undefined,
): Pick<ProxyOptions, 'workloadGroup' | 'pod'> {
  if (pod === undefined) return { workloadGroup: parseGroup(required('workload-group', group)) };
  if (group !== undefined) throw new UsageError('--pod and --workload-group: give one of them');
  return { workloadGroup: parseGroup(required('pod', pod), 'pod'), pod: true };
}

function parseGroup(text: string, flag = 'workload-group'): ProxyOptions['workloadGroup'] {
  const match = /^([a-z0-9][a-z0-9-]{0,62})\/([a-z0-9][a-z0-9.-]{0,252})$/.exec(text);
  if (match === null) throw new UsageError(`--${flag} ${text}: give namespace/name, like shop/order`);
  return { namespace: match[1] ?? '', name: match[2] ?? '' };
}

function parseDrain(text: string): number {
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= drainSecondsMax) return seconds;
  throw new UsageError(`--drain-seconds ${text}: give a number of seconds up to ${drainSecondsMax}`);
}

/** A gateway's clients are strangers, whom names of files are no business of. */
function parseReasonHeader(text: string | undefined, mode: ProxyOptions['mode']): boolean {
  if (text === undefined) return mode === 'sidecar';
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--reason-header ${text}: give on or off`);
}

function parseFlush(text: string): number {
  const ms = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (ms >= 1) return ms;
  throw new UsageError(`--access-log-flush-ms ${text}: give a number of milliseconds from 1 to 99999`);
}

/** As Envoy's: 0 is one for each core. */
function parseConcurrency(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= concurrencyMax) return count === 0 ? Math.min(availableParallelism(), concurrencyMax) : count;
  throw new UsageError(`--concurrency ${text}: give a number of processes up to ${concurrencyMax}, 0 for one a core`);
}
