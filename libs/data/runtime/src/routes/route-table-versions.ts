/** Route tables from octets: of a new version only the virtual hosts that changed are read and compiled. */

import type { Any } from '@bufbuild/protobuf/wkt';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { VirtualHostSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse, unpack } from '../check/refuse.ts';
import type { RouteTable } from '../tables/route.ts';
import type { RouteContext } from './route-context.ts';
import { compileDefaults, type HostEntry, joinRouteTable, onlyKnown } from './route-table.ts';
import { splitHosts } from './split-hosts.ts';
import { compileHost } from './virtual-host.ts';

/** A table with what the next version may take over. */
export interface RouteTableVersion {
  readonly table: RouteTable;
  readonly clusters: ReadonlySet<string>;
  /** Octets of the configuration without its hosts: all hosts depend on them. */
  readonly rest: Buffer;
  /** By the octets of the host. */
  readonly hosts: ReadonlyMap<string, KeptHost>;
}

interface KeptHost extends HostEntry {
  readonly clusters: ReadonlySet<string>;
}

/** @param contextOf gives a context that notes the clusters that are named. */
export type NotingContext = (names: Set<string>) => RouteContext;

/**
 * @param before the version in force; nothing: the first. The hosts that it shares are taken over as they are, with what they point to.
 * @throws WeftError `config_rejected`
 */
export function compileRouteTableVersion(
  body: Any,
  name: string,
  before: RouteTableVersion | undefined,
  contextOf: NotingContext,
  where: string,
): RouteTableVersion {
  const split = splitHosts(body.value);
  if (split === undefined) return refuse(where, 'RouteConfiguration does not parse');
  const config = unpack({ ...body, value: split.rest }, RouteConfigurationSchema, where);
  if (config.name !== name) refuse(where, `the message is named ${JSON.stringify(config.name)}`);
  // Whether a cluster is known changes without the host.
  const keeps = before !== undefined && config.validateClusters !== true && before.rest.equals(split.rest);
  const clusters = new Set<string>();
  const context = checkedContext(config, contextOf(clusters), where);
  const defaults = compileDefaults(config, context, where);
  const hosts = new Map<string, KeptHost>();
  const entries = split.hosts.map((octets, index) => {
    const key = octets.latin1Slice(0, octets.length);
    const kept = keeps ? before.hosts.get(key) : undefined;
    const entry =
      kept ?? compileEntry(octets, body, config, contextOf, defaults, `${where} virtual_hosts[${index}]`, where);
    for (const cluster of entry.clusters) clusters.add(cluster);
    hosts.set(key, entry);
    return entry;
  });
  return { table: joinRouteTable(config, entries, where), clusters, rest: split.rest, hosts };
}

function compileEntry(
  octets: Buffer,
  body: Any,
  config: RouteConfiguration,
  contextOf: NotingContext,
  defaults: ReturnType<typeof compileDefaults>,
  place: string,
  where: string,
): KeptHost {
  const any = { ...body, typeUrl: `type.googleapis.com/${VirtualHostSchema.typeName}`, value: octets };
  const host = unpack(any, VirtualHostSchema, place);
  const clusters = new Set<string>();
  const context = checkedContext(config, contextOf(clusters), where);
  const value = compileHost(host, defaults, context, `${where} virtual host ${host.name}`);
  return { name: host.name, domains: host.domains, value, clusters };
}

function checkedContext(config: RouteConfiguration, context: RouteContext, where: string): RouteContext {
  return config.validateClusters === true ? onlyKnown(context, where) : context;
}
