/** What differs between the clusters of two snapshots: hosts that come and go, endpoints, limits, load balancing. */

import { type Cluster, Cluster_LbPolicy } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { differingFields } from './differing-fields.ts';
import type { DecodedSnapshot } from './evaluate/decoded-snapshot.ts';
import type { ChangeOfProxy } from './planned-change.ts';
import { durationWords } from './words.ts';

export function destinationChanges(before: DecodedSnapshot, after: DecodedSnapshot): readonly ChangeOfProxy[] {
  const names = [...new Set([...before.clusters.keys(), ...after.clusters.keys()])].filter((name) =>
    name.startsWith('outbound|'),
  );
  const found = names.flatMap((name) => clusterChanges(name, before, after));
  // What holds for the whole service holds for its subsets: said once.
  const whole = new Set(found.filter(({ subset }) => subset === '').map(({ change }) => sayingOf(change)));
  return found
    .filter(({ subset, change }) => subset === '' || !whole.has(sayingOf(change)))
    .map(({ subset, change }) => (subset === '' ? change : { ...change, text: `${subset}: ${change.text}` }));
}

interface ClusterChange {
  readonly subset: string;
  readonly change: ChangeOfProxy;
}

function sayingOf({ service, port, text }: ChangeOfProxy): string {
  return `${service}|${port}|${text}`;
}

function clusterChanges(name: string, before: DecodedSnapshot, after: DecodedSnapshot): readonly ClusterChange[] {
  const [, number, subset = '', service = ''] = name.split('|');
  const say = (text: string, danger?: string): ClusterChange => ({
    subset,
    change: { kind: 'destination', service, port: Number(number), text, ...(danger === undefined ? {} : { danger }) },
  });
  const [old, now] = [before.clusters.get(name), after.clusters.get(name)];
  if (now === undefined)
    return [say(subset === '' ? 'is no longer there' : 'the subset is gone', 'requests that still go there get 503')];
  if (old === undefined) return [say(subset === '' ? 'comes into the mesh' : 'a new subset')];
  return [...endpointWords(name, before, after, say), ...settingWords(old, now).map((text) => say(text))];
}

function endpointWords(
  name: string,
  before: DecodedSnapshot,
  after: DecodedSnapshot,
  say: (text: string, danger?: string) => ClusterChange,
): readonly ClusterChange[] {
  const count = (side: DecodedSnapshot): number => {
    const service = side.clusters.get(name)?.edsClusterConfig?.serviceName || name;
    return (side.endpoints.get(service)?.endpoints ?? []).reduce((sum, { lbEndpoints }) => sum + lbEndpoints.length, 0);
  };
  const [was, is] = [count(before), count(after)];
  if (was === is) return [];
  if (is === 0) return [say(`loses all endpoints (${was})`, 'every request there gets 503')];
  return [say(`endpoints go from ${was} to ${is}`)];
}

const unlimited = 4_294_967_295;

function settingWords(before: Cluster, after: Cluster): readonly string[] {
  const [was, is] = [before, after].map(settings) as [ReadonlyMap<string, string>, ReadonlyMap<string, string>];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const words = names
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name} goes from ${was.get(name) ?? 'none'} to ${is.get(name) ?? 'none'}`);
  return [...words, ...otherWords(before, after)];
}

/** What people set, by the words that they use. */
function settings(cluster: Cluster): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  found.set('load balancing', nameOfPolicy(cluster));
  found.set('the time to connect', durationWords(cluster.connectTimeout));
  const limits = cluster.circuitBreakers?.thresholds[0];
  const limit = (name: string, value: number | undefined): void => {
    found.set(name, value === undefined || value === unlimited ? 'none' : String(value));
  };
  limit('the limit of connections', limits?.maxConnections?.valueOf());
  limit('the limit of waiting requests', limits?.maxPendingRequests?.valueOf());
  limit('the limit of requests', limits?.maxRequests?.valueOf());
  limit('the limit of retries', limits?.maxRetries?.valueOf());
  const outliers = cluster.outlierDetection;
  if (outliers !== undefined) {
    const errors = outliers.consecutive5xx?.valueOf() ?? 5;
    const gateway = outliers.consecutiveGatewayFailure?.valueOf() ?? 0;
    found.set(
      'ejection of bad endpoints',
      `after ${errors} errors${gateway === 0 ? '' : ` or ${gateway} of a gateway`}`,
    );
    found.set('the time of an ejection', durationWords(outliers.baseEjectionTime));
    found.set('the share that may be ejected', `${outliers.maxEjectionPercent?.valueOf() ?? 10}%`);
  }
  found.set('TLS', tlsWords(cluster));
  return found;
}

function nameOfPolicy({ lbPolicy }: Cluster): string {
  return Object.entries(Cluster_LbPolicy).find(([, value]) => value === lbPolicy)?.[0] ?? '';
}

function tlsWords({ transportSocket, transportSocketMatches }: Cluster): string {
  if (transportSocket !== undefined) return transportSocket.name.includes('tls') ? 'as the rule says' : 'none';
  return transportSocketMatches.length > 0 ? 'mutual TLS where the endpoint takes it' : 'none';
}

const told: ReadonlySet<string> = new Set([
  ...['name', 'altStatName', 'metadata', 'lbPolicy', 'connectTimeout', 'circuitBreakers', 'outlierDetection'],
  // Who may answer follows from the workloads.
  'transportSocketMatches',
]);

function otherWords(before: Cluster, after: Cluster): readonly string[] {
  const names = differingFields(before, after).filter((name) => !told.has(name));
  return names.length === 0 ? [] : [`other settings change: ${names.join(', ')}`];
}
