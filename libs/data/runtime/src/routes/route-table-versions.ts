/** Route tables from octets: of a new version only the virtual hosts that changed are read and compiled. */

import type { Any } from '@bufbuild/protobuf/wkt';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { VirtualHostSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse, unpack } from '../check/refuse.ts';
import type { RouteTable } from '../tables/route.ts';
import { claimTheSame, type HostClaims, type HostIndex, indexHosts } from './host-index.ts';
import type { RouteContext, WithClusters } from './route-context.ts';
import { compileDefaults, joinRouteTable, onlyKnown } from './route-table.ts';
import { type HostSpan, nameOfHost, type SplitHosts, splitHosts } from './split-hosts.ts';
import { type CompiledHost, compileHost, type TableDefaults } from './virtual-host.ts';

/** A table with what the next version may take over. */
export interface RouteTableVersion {
  readonly table: RouteTable;
  readonly clusters: ReadonlySet<string>;
  /** The message: hosts with the same octets are the same, as long as the rest of it is. */
  readonly split: SplitHosts;
  /** One for all hosts, whichever version they are of: filters keep state in it. */
  readonly defaults: WithClusters<TableDefaults>;
  /** In the places of the message. */
  readonly hosts: readonly KeptHost[];
  readonly index: HostIndex;
}

interface KeptHost extends HostClaims, WithClusters<CompiledHost> {}

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
  if (config.virtualHosts.length > 0) refuse(where, 'virtual_hosts is of another wire type');
  const noted = <T>(compileWith: (context: RouteContext) => T): WithClusters<T> => {
    const clusters = new Set<string>();
    return { value: compileWith(checkedContext(config, contextOf(clusters), where)), clusters };
  };
  // Whether a cluster is known changes without the host.
  const keeps = config.validateClusters !== true && before?.split.rest.equals(split.rest) === true;
  const kept = keeps ? before : undefined;
  const defaults = kept?.defaults ?? noted((context) => compileDefaults(config, context, where));
  const keptHosts = kept === undefined ? undefined : new KeptHosts(kept, split);
  const clusters = new Set(defaults.clusters);
  const hosts = split.hosts.map((span, place) => {
    const octets = () => ({ ...body, typeUrl: virtualHostType, value: split.octets.subarray(span.from, span.to) });
    const host = keptHosts?.take(span) ?? compileNew(octets(), defaults.value, noted, where, place);
    for (const cluster of host.clusters) clusters.add(cluster);
    return host;
  });
  const index = before !== undefined && claimTheSame(hosts, before.hosts) ? before.index : indexHosts(hosts, where);
  const compiled = hosts.map(({ value }) => value);
  return { table: joinRouteTable(config, compiled, index.domains), clusters, split, defaults, hosts, index };
}

const virtualHostType = `type.googleapis.com/${VirtualHostSchema.typeName}`;

/** The hosts of the version before, as the next one comes by them in its own order. */
class KeptHosts {
  readonly #before: RouteTableVersion;
  readonly #split: SplitHosts;
  /** Where the next one probably was: few tables change their order. */
  #place = 0;

  constructor(before: RouteTableVersion, split: SplitHosts) {
    this.#before = before;
    this.#split = split;
  }

  /** @returns the host that had the same octets. */
  take(span: HostSpan): KeptHost | undefined {
    if (!this.#sameAt(this.#place, span)) {
      const name = nameOfHost(this.#split, span);
      const place = name === undefined ? undefined : this.#before.index.placeOfName.get(name);
      if (place === undefined) return undefined;
      this.#place = place;
      if (!this.#sameAt(place, span)) {
        this.#place += 1;
        return undefined;
      }
    }
    this.#place += 1;
    return this.#before.hosts[this.#place - 1];
  }

  #sameAt(place: number, { from, to }: HostSpan): boolean {
    const { hosts, octets } = this.#before.split;
    const old = hosts[place];
    if (old === undefined || old.to - old.from !== to - from) return false;
    return this.#split.octets.compare(octets, old.from, old.to, from, to) === 0;
  }
}

function compileNew(
  octets: Any,
  defaults: TableDefaults,
  noted: (compileWith: (context: RouteContext) => CompiledHost) => WithClusters<CompiledHost>,
  where: string,
  place: number,
): KeptHost {
  const host = unpack(octets, VirtualHostSchema, `${where} virtual_hosts[${place}]`);
  const compiled = noted((context) => compileHost(host, defaults, context, `${where} virtual host ${host.name}`));
  return { name: host.name, domains: host.domains, ...compiled };
}

function checkedContext(config: RouteConfiguration, context: RouteContext, where: string): RouteContext {
  return config.validateClusters === true ? onlyKnown(context, where) : context;
}
