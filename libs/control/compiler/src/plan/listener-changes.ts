/** What differs between the listeners of two snapshots: ports that come and go, where connections go, filters that have no words of their own. */

import { type Message, toBinary } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import {
  type FilterChain,
  FilterChainMatchSchema,
} from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import {
  type TcpProxy,
  TcpProxySchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy';
import { differingFields } from './differing-fields.ts';
import type { DecodedSnapshot } from './evaluate/decoded-snapshot.ts';
import type { ChangeOfProxy } from './planned-change.ts';
import { type Shares, shareWords } from './route-words.ts';

export function listenerChanges(before: DecodedSnapshot, after: DecodedSnapshot): readonly ChangeOfProxy[] {
  const found: ChangeOfProxy[] = [];
  const settings = new Set<string>();
  for (const [name, listener] of after.listeners) {
    const was = before.listeners.get(name);
    if (was === undefined) found.push(other(`listens on ${placeOf(name)}`));
    else if (was !== listener) found.push(...chainChanges(was, listener, settings));
  }
  if (settings.size > 0) found.push(other(`other settings change: ${[...settings].join(', ')}`));
  for (const name of before.listeners.keys()) {
    if (!after.listeners.has(name))
      found.push({ ...other(`no longer listens on ${placeOf(name)}`), danger: 'connections there are refused' });
  }
  return found;
}

function other(text: string): ChangeOfProxy {
  return { kind: 'other', service: '', text };
}

function placeOf(name: string): string {
  return name.replace('_', ':');
}

/** Chains are the same by what they match. @param settings takes what changes for whatever comes. */
function chainChanges(before: Listener, after: Listener, settings: Set<string>): readonly ChangeOfProxy[] {
  const [old, now] = [chainsOf(before), chainsOf(after)];
  const way = after.trafficDirection === TrafficDirection.INBOUND ? 'of what comes in' : 'of what goes out';
  const found: ChangeOfProxy[] = [];
  for (const [key, chain] of now) {
    const was = old.get(key);
    if (was === undefined) continue;
    found.push(...connectionChanges(was, chain));
    for (const setting of settingsThatDiffer(was, chain)) if (setting !== '') settings.add(`${setting} ${way}`);
  }
  return found;
}

function chainsOf({ filterChains, defaultFilterChain }: Listener): ReadonlyMap<string, FilterChain> {
  const all = defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
  return new Map(
    all.map((chain) => {
      const match = chain.filterChainMatch;
      return [match === undefined ? '' : octets(toBinary(FilterChainMatchSchema, match)), chain] as const;
    }),
  );
}

/** Where the connections of a chain go. */
function connectionChanges(before: FilterChain, after: FilterChain): readonly ChangeOfProxy[] {
  const [old, now] = [tcpOf(before), tcpOf(after)];
  if (old === undefined || now === undefined) return [];
  const clusters = [...clustersOf(old), ...clustersOf(now)].map(({ cluster }) => cluster);
  const [, port, , host = ''] = (clusters.find((name) => name.startsWith('outbound|')) ?? '').split('|');
  if (host === '') return [];
  const label = (cluster: string): string => {
    const [, number, subset = '', service = ''] = cluster.split('|');
    if (service === host) return subset === '' ? `all of ${host.split('.')[0]}` : subset;
    return service === ''
      ? cluster
      : `${subset === '' ? '' : `${subset} of `}${service.split('.').slice(0, 2).join('.')}:${number}`;
  };
  return shareWords(sharesOf(old, label), sharesOf(now, label)).map((text) => ({
    ...{ kind: 'route', service: host, port: Number(port) },
    text: text.replaceAll('requests', 'connections'),
  }));
}

function tcpOf({ filters }: FilterChain): TcpProxy | undefined {
  for (const { configType } of filters) {
    const tcp = configType.case === 'typedConfig' ? anyUnpack(configType.value, TcpProxySchema) : undefined;
    if (tcp !== undefined) return tcp;
  }
  return undefined;
}

function clustersOf({ clusterSpecifier }: TcpProxy): readonly { cluster: string; weight: number }[] {
  if (clusterSpecifier.case === 'cluster') return [{ cluster: clusterSpecifier.value, weight: 1 }];
  if (clusterSpecifier.case !== 'weightedClusters') return [];
  return clusterSpecifier.value.clusters.map(({ name, weight }) => ({ cluster: name, weight }));
}

function sharesOf(tcp: TcpProxy, label: (cluster: string) => string): Shares {
  const clusters = clustersOf(tcp);
  const sum = clusters.reduce((total, { weight }) => total + weight, 0);
  const shares = new Map<string, number>();
  for (const { cluster, weight } of clusters) {
    const name = label(cluster);
    shares.set(name, (shares.get(name) ?? 0) + (sum === 0 ? 0 : weight / sum));
  }
  return shares;
}

/** Words for settings; "" is told elsewhere: routes, access, authentication, metadata of the resource alone. */
const words: Readonly<Record<string, string>> = {
  ...{ routeSpecifier: '', httpFilters: '', accessLog: 'access logs', tracing: 'tracing', statPrefix: '' },
  ...{ 'envoy.filters.http.rbac': '', 'envoy.filters.http.jwt_authn': '', istio_authn: '', 'istio.stats': 'metrics' },
};

function settingsThatDiffer(before: FilterChain, after: FilterChain): readonly string[] {
  const [old, now] = [managerOf(before), managerOf(after)];
  if (old === undefined || now === undefined) return [];
  const fields = differingFields(old, now).map((name) => words[name] ?? name);
  return [...fields, ...filtersThatDiffer(old.httpFilters, now.httpFilters)];
}

function managerOf({ filters }: FilterChain) {
  for (const { configType } of filters) {
    const manager =
      configType.case === 'typedConfig' ? anyUnpack(configType.value, HttpConnectionManagerSchema) : undefined;
    if (manager !== undefined) return manager;
  }
  return undefined;
}

interface NamedFilter {
  readonly name: string;
  readonly configType: { readonly case: string | undefined; readonly value?: unknown };
}

function filtersThatDiffer(before: readonly NamedFilter[], after: readonly NamedFilter[]): readonly string[] {
  const old = new Map(before.map((filter) => [filter.name, packedOf(filter)]));
  const now = new Map(after.map((filter) => [filter.name, packedOf(filter)]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .map((name) => words[name] ?? `the filter ${name}`);
}

function packedOf({ configType }: NamedFilter): string {
  if (configType.case !== 'typedConfig') return '';
  const { typeUrl, value } = configType.value as Any & Message;
  return `${typeUrl} ${octets(value)}`;
}

function octets(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
