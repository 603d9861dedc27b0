/** Route tables from octets: of a new version only the virtual hosts that changed are read and compiled. */

import type { Any } from '@bufbuild/protobuf/wkt';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { VirtualHostSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse, unpack } from '../check/refuse.ts';
import type { RouteTable } from '../tables/route.ts';
import { claimTheSame, type HostClaims, type HostIndex, indexHosts } from './host-index.ts';
import type { RouteContext } from './route-context.ts';
import { compileDefaults, joinRouteTable, onlyKnown } from './route-table.ts';
import { type HostSpan, nameOfHost, type SplitHosts, splitHosts } from './split-hosts.ts';
import { type CompiledHost, compileHost } from './virtual-host.ts';

/** A table with what the next version may take over. */
export interface RouteTableVersion {
  readonly table: RouteTable;
  readonly clusters: ReadonlySet<string>;
  /** The message: hosts with the same octets are the same, as long as the rest of it is. */
  readonly split: SplitHosts;
  /** In the places of the message. */
  readonly hosts: readonly KeptHost[];
  readonly index: HostIndex;
}

interface KeptHost extends HostClaims {
  readonly value: CompiledHost;
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
  const keeps = before !== undefined && config.validateClusters !== true && before.split.rest.equals(split.rest);
  const kept = keeps ? new KeptHosts(before, split) : undefined;
  const clusters = new Set<string>();
  const context = checkedContext(config, contextOf(clusters), where);
  const defaults = compileDefaults(config, context, where);
  const hosts = split.hosts.map((span, place) => {
    const at = `${where} virtual_hosts[${place}]`;
    const octets = () => ({ ...body, typeUrl: virtualHostType, value: split.octets.subarray(span.from, span.to) });
    const host = kept?.take(span) ?? compileKept(octets(), config, contextOf, defaults, at, where);
    for (const cluster of host.clusters) clusters.add(cluster);
    return host;
  });
  const index = before !== undefined && claimTheSame(hosts, before.hosts) ? before.index : indexHosts(hosts, where);
  const compiled = hosts.map(({ value }) => value);
  return { table: joinRouteTable(config, compiled, index.domains), clusters, split, hosts, index };
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

function compileKept(
  octets: Any,
  config: RouteConfiguration,
  contextOf: NotingContext,
  defaults: ReturnType<typeof compileDefaults>,
  place: string,
  where: string,
): KeptHost {
  const host = unpack(octets, VirtualHostSchema, place);
  const clusters = new Set<string>();
  const context = checkedContext(config, contextOf(clusters), where);
  const value = compileHost(host, defaults, context, `${where} virtual host ${host.name}`);
  return { name: host.name, domains: host.domains, value, clusters };
}

function checkedContext(config: RouteConfiguration, context: RouteContext, where: string): RouteContext {
  return config.validateClusters === true ? onlyKnown(context, where) : context;
}
