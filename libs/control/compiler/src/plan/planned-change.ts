/** What a change of the configuration does to traffic, one sentence each. */

import type { Provenance } from '@weft/kernel';

export interface PlannedChange {
  /** route: where requests go; destination: how they get there; access: who may; authentication: who must show what; doubt: an analyser's; other: a resource changes and nobody says it in words. */
  readonly kind: 'route' | 'destination' | 'access' | 'authentication' | 'doubt' | 'other';
  /** Whose proxies do something else: "order.shop"; sorted. Empty for doubts. */
  readonly clients: readonly string[];
  /** "payment.shop.svc.cluster.local", a workload "inventory.shop" for access, or a resource for doubts. */
  readonly service: string;
  /** Of the service; empty: all, or not by port. */
  readonly ports: readonly number[];
  /** "10% of requests move from v1 to v2". */
  readonly text: string;
  /** Why one should look twice; absent: no reason known. */
  readonly danger?: string;
  /** What decides from now on; absent where nothing does. */
  readonly from?: Provenance;
}

/** One as found for one proxy, before those of several are joined. */
export interface ChangeOfProxy extends Omit<PlannedChange, 'clients' | 'ports'> {
  readonly port?: number;
}

/** Joins what is the same for several proxies and ports; in the order in which they came. */
export function joinChanges(
  found: readonly { readonly client: string; readonly change: ChangeOfProxy }[],
): readonly PlannedChange[] {
  const joined = new Map<string, { change: ChangeOfProxy; clients: Set<string>; ports: Set<number> }>();
  for (const { client, change } of found) {
    const { kind, service, text, danger = '' } = change;
    const key = [kind, service, text, danger].join('\n');
    const known = joined.get(key) ?? { change, clients: new Set(), ports: new Set() };
    joined.set(key, known);
    if (client !== '') known.clients.add(client);
    if (change.port !== undefined) known.ports.add(change.port);
  }
  return withoutTunnels([...joined.values()]).map(({ change, clients, ports }) => {
    const { port: _port, ...rest } = change;
    return { ...rest, clients: [...clients].sort(), ports: [...ports].sort((a, b) => a - b) };
  });
}

interface Joined {
  readonly change: ChangeOfProxy;
  readonly ports: ReadonlySet<number>;
  readonly clients: ReadonlySet<string>;
}

/** Connections may travel in tunnels, which are requests: what is said of the connections of a port is said once. */
function withoutTunnels(joined: readonly Joined[]): readonly Joined[] {
  const told = new Set(
    joined.flatMap(({ change: { service, text }, ports }) => [...ports].map((port) => `${service}|${port}|${text}`)),
  );
  return joined.filter(({ change: { service, text, kind }, ports }) => {
    const other = text.replaceAll('requests', 'connections');
    if (kind !== 'route' || other === text || ports.size === 0) return true;
    return ![...ports].every((port) => told.has(`${service}|${port}|${other}`));
  });
}

/** "order → payment:8080: 10% of requests move from v1 to v2"; the danger is not in it. */
export function describeChange({ kind, clients, service, ports, text }: PlannedChange): string {
  if (kind === 'doubt' || (kind === 'other' && service === ''))
    return `${service === '' ? clients.map(shortName).join(', ') : service}: ${text}`;
  const named = `${shortName(service)}${ports.length === 0 ? '' : `:${ports.join(',')}`}`;
  const who = clients.map(shortName).join(', ');
  if (kind === 'access') return `${who} ${text.replace('access', `access to ${named}`)}`;
  return who === '' ? `${named}: ${text}` : `${who} → ${named}: ${text}`;
}

/** "payment" of "payment.shop.svc.cluster.local" and of "payment.shop"; other names as they are. */
function shortName(name: string): string {
  const service = /^([^.]+)\.([^.]+)\.svc\./.exec(name);
  if (service !== null) return service[1] ?? name;
  return /^[a-z0-9-]+\.[a-z0-9-]+$/.test(name) ? (name.split('.')[0] ?? name) : name;
}
