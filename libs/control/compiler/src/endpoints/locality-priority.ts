/** Which localities are preferred, and how much each gets: Istio's locality load balancing (networking/core/loadbalancer). */

import { groupBy } from '@weft/kernel';
import type { LocalityLoadBalancing } from '@weft/model';

/** Endpoints of one locality, of which some may be preferred to others. */
export interface LocalityGroup<T> {
  /** "region/zone/subzone" or empty. */
  readonly locality: string;
  readonly weight: number;
  /** 0 is used first; without gaps over all groups. */
  readonly priority: number;
  readonly members: readonly T[];
}

export interface Member {
  readonly locality: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: string;
  readonly weight: number;
}

export interface Client {
  readonly locality: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: string;
}

type Rules = Pick<LocalityLoadBalancing, 'distribute' | 'failover' | 'failoverPriority'>;

/**
 * @param rules absent: localities stand side by side.
 * @param failover whether lower priorities may be made at all: without outlier detection nothing would ever fail over.
 */
export function localityGroups<T extends Member>(
  members: readonly T[],
  client: Client,
  rules: Rules | undefined,
  failover: boolean,
): readonly LocalityGroup<T>[] {
  const plain = byLocality(members);
  if (rules === undefined || client.locality === '') return withLabels(plain, client, rules, failover);
  const distribute = rules.distribute?.find(({ from }) => matches(client.locality, from));
  if (rules.distribute !== undefined) return distribute === undefined ? plain : distributed(plain, distribute.to);
  if (!failover) return plain;
  return compact(
    splitByLabels(plain, client, rules.failoverPriority ?? []).map((group) => ({
      ...group,
      // Labels come first where both are said; alone, localities do.
      priority:
        (rules.failoverPriority?.length ?? 0) > 0 && rules.failover === undefined
          ? group.priority
          : group.priority * localityRanks + rank(client.locality, group.locality, rules.failover ?? []),
    })),
  );
}

const localityRanks = 5;

/** Labels alone need no locality of the client. */
function withLabels<T extends Member>(
  groups: readonly LocalityGroup<T>[],
  client: Client,
  rules: Rules | undefined,
  failover: boolean,
): readonly LocalityGroup<T>[] {
  if (!failover || !rules?.failoverPriority?.length) return groups;
  return compact(splitByLabels(groups, client, rules.failoverPriority));
}

function byLocality<T extends Member>(members: readonly T[]): readonly LocalityGroup<T>[] {
  const found = groupBy(members, ({ locality }) => locality);
  return [...found.keys()].sort().map((locality) => group(locality, found.get(locality) ?? [], 0));
}

function group<T extends Member>(locality: string, members: readonly T[], priority: number): LocalityGroup<T> {
  return { locality, members, priority, weight: members.reduce((sum, member) => sum + member.weight, 0) };
}

/** 0 all parts equal, 1 region and zone, 2 region, 3 elsewhere, 4 elsewhere and not where `failover` of the client's region leads to. */
function rank(client: string, endpoint: string, failover: NonNullable<Rules['failover']>): number {
  const [region, zone, subZone] = partsOf(client);
  const [itsRegion, itsZone, itsSubZone] = partsOf(endpoint);
  if (region === itsRegion) {
    if (zone !== itsZone) return 2;
    return subZone === itsSubZone ? 0 : 1;
  }
  const target = failover.find(({ from }) => from === region);
  return target === undefined || target.to === itsRegion ? 3 : 4;
}

/** In the order of `labels` the first that differs decides: the earlier, the later its endpoints are used. */
function splitByLabels<T extends Member>(
  groups: readonly LocalityGroup<T>[],
  client: Client,
  labels: readonly string[],
): readonly LocalityGroup<T>[] {
  if (labels.length === 0) return groups;
  const own = withTopology(client);
  const wanted = labels.map((label) => {
    const equals = label.indexOf('=');
    return equals < 0
      ? { key: label, value: own[label] ?? '' }
      : { key: label.slice(0, equals), value: label.slice(equals + 1) };
  });
  return groups.flatMap(({ locality, members }) => {
    const byPriority = groupBy(members, (member) => {
      const theirs = withTopology(member);
      const differs = wanted.findIndex(({ key, value }) => (theirs[key] ?? '') !== value);
      return differs < 0 ? 0 : wanted.length - differs;
    });
    return [...byPriority].sort(([a], [b]) => a - b).map(([priority, list]) => group(locality, list, priority));
  });
}

function withTopology({ labels, locality, network }: Client): Readonly<Record<string, string>> {
  const [region, zone, subZone] = partsOf(locality);
  return {
    ...labels,
    'topology.kubernetes.io/region': region,
    'topology.kubernetes.io/zone': zone,
    'topology.istio.io/subzone': subZone,
    'topology.istio.io/network': network,
  };
}

/** A locality takes the first share that matches it; several in one share divide it by their weights; those in none get nothing. */
function distributed<T extends Member>(
  groups: readonly LocalityGroup<T>[],
  to: Readonly<Record<string, number>>,
): readonly LocalityGroup<T>[] {
  const weights = new Map<string, number>();
  for (const [pattern, percent] of Object.entries(to)) {
    const mine = groups.filter(({ locality }) => !weights.has(locality) && matches(locality, pattern));
    const total = mine.reduce((sum, { weight }) => sum + weight, 0);
    for (const { locality, weight } of mine) weights.set(locality, Math.ceil((weight * percent) / total));
  }
  return groups.flatMap((each) => {
    const weight = weights.get(each.locality) ?? 0;
    return weight === 0 ? [] : [{ ...each, weight }];
  });
}

/** "r1/*", "r1/z1", "*": parts that are not said match all. */
function matches(locality: string, pattern: string): boolean {
  const parts = partsOf(locality);
  return pattern.split('/').every((part, index) => part === '*' || part === '' || part === parts[index]);
}

function compact<T>(groups: readonly LocalityGroup<T>[]): readonly LocalityGroup<T>[] {
  const used = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b);
  return groups
    .map((each) => ({ ...each, priority: used.indexOf(each.priority) }))
    .sort((a, b) => a.priority - b.priority);
}

function partsOf(locality: string): readonly [string, string, string] {
  const [region = '', zone = '', subZone = ''] = locality.split('/');
  return [region, zone, subZone];
}
