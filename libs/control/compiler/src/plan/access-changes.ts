/** Who gains and who loses access to a workload: both sets of rules are asked about the same calls. */

import { type AccessProbe, accessProbes, otherPaths } from './access-probes.ts';
import { type Verdict, verdictOf } from './evaluate/access.ts';
import type { AskedCall } from './evaluate/asked-request.ts';
import type { DecodedSnapshot } from './evaluate/decoded-snapshot.ts';
import { type ServerPort, serverPorts } from './evaluate/server-side.ts';
import type { ChangeOfProxy } from './planned-change.ts';

export interface Caller {
  /** "user.shop"; "callers without certificate". */
  readonly name: string;
  /** SPIFFE URI; empty: none. */
  readonly principal: string;
}

export interface AccessChange {
  readonly caller: Caller;
  readonly change: ChangeOfProxy;
}

/** @param server "inventory.shop". @param host what callers name. */
export function accessChanges(
  server: string,
  host: string,
  before: DecodedSnapshot,
  after: DecodedSnapshot,
  callers: readonly Caller[],
): readonly AccessChange[] {
  const old = new Map(serverPorts(before).map((port) => [keyOf(port), port]));
  return serverPorts(after).flatMap((now) => {
    const was = old.get(keyOf(now));
    if (was === undefined || was.rules === now.rules || (was.rules.length === 0 && now.rules.length === 0)) return [];
    return portChanges(server, host, was, now, callers);
  });
}

function keyOf({ port, http }: ServerPort): string {
  return `${port}|${http}`;
}

function portChanges(
  server: string,
  host: string,
  before: ServerPort,
  after: ServerPort,
  callers: readonly Caller[],
): readonly AccessChange[] {
  const probes = accessProbes([...before.rules, ...after.rules], host);
  return callers.flatMap((caller) => {
    const lost: AccessProbe[] = [];
    const gained: AccessProbe[] = [];
    for (const probe of probes) {
      const call = callOf(probe, caller, after.port);
      const [was, is]: Verdict[] = [verdictOf(before.rules, call), verdictOf(after.rules, call)];
      if (was?.allowed === is?.allowed) continue;
      (is?.allowed === true ? gained : lost).push(probe);
    }
    const place = { kind: 'access' as const, service: server, port: after.port };
    const found: AccessChange[] = [];
    if (lost.length > 0) {
      const text = `loses access${probesWords(lost, probes)}`;
      found.push({ caller, change: { ...place, text, danger: 'calls that were allowed are denied (403)' } });
    }
    if (gained.length > 0)
      found.push({ caller, change: { ...place, text: `gains access${probesWords(gained, probes)}` } });
    return found;
  });
}

function callOf(probe: AccessProbe, { principal }: Caller, port: number): AskedCall {
  const { method, path, host, headers, claims } = probe;
  const token = claims === undefined ? {} : { claims };
  return {
    method,
    path,
    headers,
    principal,
    port,
    scheme: 'http',
    authority: host,
    query: '',
    sourceAddress: '',
    ...token,
  };
}

/** "": all; ": GET /stock, /admin*" where not. */
function probesWords(some: readonly AccessProbe[], all: readonly AccessProbe[]): string {
  if (some.length === all.length) return '';
  const withToken = some.every(({ claims }) => claims !== undefined) ? ' with a token' : '';
  const withHeaders = some.every(({ headers }) => headers.size > 0)
    ? ` with ${[...(some[0]?.headers ?? [])].map(([name, value]) => `${name}: ${value}`).join(', ')}`
    : '';
  const methodsOf = (probes: readonly AccessProbe[], path: string): readonly string[] => [
    ...new Set(probes.filter(({ shownPath }) => shownPath === path).map(({ method }) => method)),
  ];
  const paths = [...new Set(some.map(({ shownPath }) => shownPath))];
  const words = paths.map((path) => {
    const methods = methodsOf(some, path);
    const every = methods.length === methodsOf(all, path).length;
    if (every) return path;
    return path === otherPaths ? `${methods.join(' and ')} of other paths` : `${methods.join(' and ')} ${path}`;
  });
  const allPaths = new Set(all.map(({ shownPath }) => shownPath)).size === paths.length;
  const methods = new Set(some.map(({ method }) => method));
  const uniform = allPaths && paths.every((path) => methodsOf(some, path).length === methods.size);
  const said = uniform
    ? methods.size === new Set(all.map(({ method }) => method)).size
      ? ''
      : `: ${[...methods].join(' and ')}`
    : `: ${words.join(', ')}`;
  return `${said}${withHeaders}${withToken}`;
}
