/** What an Envoy says of itself on its admin port: how far it is, and how its own application is. */

import { request as httpRequest } from 'node:http';
import type { HostPort } from '../session/node-description.ts';

/** Longest wait for an answer, milliseconds. */
const answerTimeoutMs = 2_000;
/** Largest answer read, bytes. */
const answerBytesMax = 4 * 1024 * 1024;

export interface EnvoyState {
  /** Why it cannot serve; nothing when it can. */
  readonly notReady: string | undefined;
  /** Of the probes of its inbound clusters, all of them together. */
  readonly healthy: boolean;
  /** Why not; empty where healthy. */
  readonly reason: string;
  /** Connections from outside that are open. */
  readonly connections: number;
  /** For the next look. */
  readonly listeners: ListenerCounts;
}

/** Counters of a life, which never fall. */
export interface ListenerCounts {
  /** Updates that were taken whole. */
  readonly updates: number;
  readonly failures: number;
  /** Failures that an update has been taken after. */
  readonly settled: number;
}

const nothingCounted: ListenerCounts = { updates: 0, failures: 0, settled: 0 };

/** Of listeners, none of the administration: neither Envoy's own, `admin`, nor ours, `admin_prometheus`. */
const asked =
  '^(server\\.state|cluster_manager\\.cds\\.update_success|listener_manager\\.lds\\.update_success|' +
  'listener_manager\\.listener_create_failure|listener_manager\\.workers_started|' +
  'cluster\\.inbound.*\\.membership_(healthy|total)|listener\\.[^a].*\\.downstream_cx_active)$';

/** @param last what was counted at the look before. @throws Error where it does not answer. */
export async function readEnvoyState(admin: HostPort, last?: ListenerCounts): Promise<EnvoyState> {
  const text = await call(admin, 'GET', `/stats?filter=${encodeURIComponent(asked)}`);
  return stateOf(text, last);
}

/** Tells it to say to peers that it goes, and to take no new connections; what is open goes on. @throws Error. */
export async function drainEnvoy(admin: HostPort): Promise<void> {
  await call(admin, 'POST', '/drain_listeners?graceful&skip_exit');
}

/** @param text lines "name: value". */
export function stateOf(text: string, last: ListenerCounts = nothingCounted): EnvoyState {
  const stats = new Map<string, number>();
  for (const line of text.split('\n')) {
    const at = line.lastIndexOf(': ');
    if (at > 0) stats.set(line.slice(0, at), Number(line.slice(at + 2)));
  }
  const sick: string[] = [];
  let connections = 0;
  for (const [name, value] of stats) {
    const cluster = /^cluster\.(inbound.*)\.membership_total$/.exec(name)?.[1];
    if (cluster !== undefined && (stats.get(`cluster.${cluster}.membership_healthy`) ?? 0) < value) sick.push(cluster);
    if (name.endsWith('.downstream_cx_active')) connections += value;
  }
  const listeners = listenersOf(stats, last);
  return {
    notReady: notReadyOf(stats, listeners),
    healthy: sick.length === 0,
    reason: sick.length === 0 ? '' : `the probe of ${sick.join(', ')} fails`,
    connections,
    listeners,
  };
}

function listenersOf(stats: ReadonlyMap<string, number>, last: ListenerCounts): ListenerCounts {
  const updates = stats.get('listener_manager.lds.update_success') ?? 0;
  const failures = stats.get('listener_manager.listener_create_failure') ?? 0;
  // A failure that is seen together with an update may have come after it.
  return { updates, failures, settled: updates > last.updates ? last.failures : last.settled };
}

/** As Istio's agent judges: live, and told of clusters and listeners. */
function notReadyOf(stats: ReadonlyMap<string, number>, listeners: ListenerCounts): string | undefined {
  const of = (name: string): number => stats.get(name) ?? 0;
  if (of('cluster_manager.cds.update_success') === 0) return 'no clusters from the control plane yet';
  if (listeners.updates === 0) return 'no listeners from the control plane yet';
  // 0 is LIVE, and absent is not.
  if (stats.get('server.state') !== 0) return 'Envoy is not live yet';
  if (of('listener_manager.workers_started') === 0) return 'Envoy has not started its workers yet';
  if (listeners.failures > listeners.settled) return 'Envoy could not open a listener; its log says why';
  return undefined;
}

function call({ host, port }: HostPort, method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, method, path, agent: false, timeout: answerTimeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > answerBytesMax) request.destroy(new Error('the answer is too large'));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${path} answered ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
    request.end();
  });
}
