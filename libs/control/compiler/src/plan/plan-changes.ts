/** What a change of the configuration does, over all proxies: both sides are compiled, and what differs is said. */

import type { ProxyDescription } from '@weft/control-registry';
import { analyse } from '../analysis/analyse.ts';
import type { AnalysisFinding } from '../analysis/analyser.ts';
import { type Compiler, createCompiler } from '../compile.ts';
import { type Snapshot, typeUrls } from '../snapshot.ts';
import { canonicalService } from '../workload-labels.ts';
import { createWorldFactory } from '../world.ts';
import { accessChanges, type Caller } from './access-changes.ts';
import { authenticationChanges } from './authentication-changes.ts';
import { destinationChanges } from './destination-changes.ts';
import { type DecodedSnapshot, decodeSnapshot } from './evaluate/decoded-snapshot.ts';
import { serverPorts } from './evaluate/server-side.ts';
import { listenerChanges } from './listener-changes.ts';
import type { PlannedMesh } from './offline-mesh.ts';
import { type ChangeOfProxy, joinChanges, type PlannedChange } from './planned-change.ts';
import { routeChanges } from './route-changes.ts';

/** Changes of one plan; the last says how many more there are. */
export const plannedChangesMax = 1_000;

/**
 * Pure. Proxies are the same by id; who is on one side alone has no changes of its own. Last come the doubts of the analysers that are new.
 */
export function planChanges(before: PlannedMesh, after: PlannedMesh): readonly PlannedChange[] {
  const compiler = createCompiler();
  const old = new Map(before.proxies.map((proxy) => [proxy.id, proxy]));
  const worlds = { before: createWorldFactory()(before.input), after: createWorldFactory()(after.input) };
  const callers = callersOf(before.proxies, after.proxies);
  const found: { client: string; change: ChangeOfProxy }[] = [];
  const portsOf = portsOfServices(before, after);
  for (const proxy of after.proxies) {
    const was = old.get(proxy.id);
    if (was === undefined) continue;
    const sides = compileBoth(compiler, before, was, after, proxy);
    const name = nameOfProxy(proxy);
    for (const { port } of serverPorts(sides.after)) addTo(portsOf, name, port);
    const changes = [
      ...routesOf(sides.before, sides.after).map((change) => ({ client: name, change })),
      ...destinationChanges(sides.before, sides.after).map((change) => ({ client: name, change })),
      ...accessChanges(name, hostOf(proxy, after), sides.before, sides.after, callers).map(({ caller, change }) => ({
        client: caller.name,
        change,
      })),
      ...(proxy.type === 'router'
        ? []
        : authenticationChanges(name, worlds.before.policies.of(was), worlds.after.policies.of(proxy))
      ).map((change) => ({ client: '', change })),
    ];
    const listeners = listenerChanges(sides.before, sides.after);
    found.push(...changes, ...listeners.map((change) => ({ client: name, change })));
  }
  const joined = joinChanges(found).map((change) => ({
    ...change,
    ports: change.ports.length === portsOf.get(change.service)?.size ? [] : change.ports,
  }));
  return bounded([...joined, ...newDoubts(analyse(before.input), analyse(after.input))]);
}

/** "order.shop": the service that people know it by. */
export function nameOfProxy({ labels, workloadName, namespace }: ProxyDescription): string {
  return `${canonicalService(labels, workloadName)}.${namespace}`;
}

/** How many ports a service has: a change of all of them is one of the service. */
function portsOfServices(...sides: readonly PlannedMesh[]): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { input } of sides) {
    for (const { host, ports } of input.registry.services.values()) {
      for (const { number } of ports) addTo(found, host, number);
    }
  }
  return found;
}

function addTo(into: Map<string, Set<number>>, name: string, port: number): void {
  const known = into.get(name) ?? new Set();
  into.set(name, known.add(port));
}

interface Sides {
  readonly before: DecodedSnapshot;
  readonly after: DecodedSnapshot;
}

function compileBoth(
  compiler: Compiler,
  before: PlannedMesh,
  old: ProxyDescription,
  after: PlannedMesh,
  now: ProxyDescription,
): Sides {
  const [was, is] = [compiler.compile(before.input, old), compiler.compile(after.input, now)];
  const same = Object.values(typeUrls).every((url) => sameResources(was, is, url));
  const decoded = decodeSnapshot(was);
  return { before: decoded, after: same ? decoded : decodeSnapshot(is) };
}

function sameResources(left: Snapshot, right: Snapshot, url: string): boolean {
  const [one, two] = [left.resources.get(url), right.resources.get(url)];
  if (one?.size !== two?.size) return false;
  return [...(one ?? [])].every(([name, { version }]) => two?.get(name)?.version === version);
}

function routesOf(before: DecodedSnapshot, after: DecodedSnapshot): readonly ChangeOfProxy[] {
  if (before === after) return [];
  const names = [...new Set([...before.routes.keys(), ...after.routes.keys()])];
  return names.flatMap((name) => {
    const sides = [before, after].map((snapshot) => ({ configuration: snapshot.routes.get(name), snapshot }));
    const [old, now] = sides;
    if (old === undefined || now === undefined || old.configuration === now.configuration) return [];
    return routeChanges(old, now);
  });
}

function callersOf(...sides: readonly (readonly ProxyDescription[])[]): readonly Caller[] {
  const found = new Map<string, Caller>();
  for (const proxy of sides.flat()) {
    const { namespace, serviceAccount, trustDomain } = proxy;
    if (serviceAccount === '') continue;
    const principal = `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
    if (!found.has(principal)) found.set(principal, { name: nameOfProxy(proxy), principal });
  }
  return [...found.values(), { name: 'callers without certificate', principal: '' }];
}

/** The first service that leads to it. */
function hostOf(proxy: ProxyDescription, { input }: PlannedMesh): string {
  for (const { host, instances } of input.registry.services.values()) {
    if (instances.some(({ address }) => proxy.addresses.includes(address))) return host;
  }
  return nameOfProxy(proxy);
}

function newDoubts(before: readonly AnalysisFinding[], after: readonly AnalysisFinding[]): readonly PlannedChange[] {
  // Lines move when a file is edited; what is said of which part stays.
  const keyOf = ({ code, resource, path, message }: AnalysisFinding): string =>
    `${code}|${resource}|${path}|${message}`;
  const known = new Set(before.map(keyOf));
  return after
    .filter((finding) => finding.severity !== 'info' && !known.has(keyOf(finding)))
    .map(({ code, resource, path, message, file, line }) => ({
      kind: 'doubt',
      clients: [],
      service: resource,
      ports: [],
      text: `${path === '' ? '' : `${path}: `}${message} (${code})`,
      danger: message,
      from: { resource, file, line, rule: path },
    }));
}

function bounded(changes: readonly PlannedChange[]): readonly PlannedChange[] {
  if (changes.length <= plannedChangesMax) return changes;
  const more = changes.length - plannedChangesMax + 1;
  const rest: PlannedChange = {
    kind: 'other',
    clients: [],
    service: 'the mesh',
    ports: [],
    text: `${more} more changes`,
  };
  return [...changes.slice(0, plannedChangesMax - 1), rest];
}
