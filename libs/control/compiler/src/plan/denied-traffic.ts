/** Requests that were seen and let through, and that the new rules deny: the danger that nobody has to guess at. */

import type { PlannedMesh } from './offline-mesh.ts';
import type { PlannedChange } from './planned-change.ts';
import { accessOf, askedOf, compiledSide, type SeenRequest } from './replay.ts';

/** Sentences; the last says how many more there are. */
export const deniedTrafficMax = 20;

interface Denied {
  readonly client: string;
  readonly server: string;
  readonly what: string;
  readonly policy: string;
  count: number;
  lastMs: number;
}

/** Most frequent first. Asked of the workloads that took the requests: what left a workload without a sidecar there says nothing. */
export function deniedTraffic(
  before: PlannedMesh,
  after: PlannedMesh,
  seen: readonly SeenRequest[],
): readonly PlannedChange[] {
  const sides = { before: compiledSide(before), after: compiledSide(after) };
  const found = new Map<string, Denied>();
  for (const request of seen) {
    const asked = request.direction === 'inbound' ? askedOf(request) : undefined;
    if (asked === undefined) continue;
    const is = accessOf(sides.after, request, asked);
    if (is === undefined || is.allowed || accessOf(sides.before, request, asked)?.allowed !== true) continue;
    const client = request.sourceWorkload || request.sourcePrincipal.split('/').at(-1) || 'somebody';
    const what = `${asked.method} ${asked.path}`;
    const key = [client, request.destinationWorkload, what, is.policy].join('\n');
    const known = found.get(key) ?? {
      ...{ client, server: request.destinationWorkload, what, policy: is.policy },
      ...{ count: 0, lastMs: 0 },
    };
    known.count += request.weight;
    known.lastMs = Math.max(known.lastMs, request.startedAtMs);
    found.set(key, known);
  }
  const all = [...found.values()].sort((left, right) => right.count - left.count);
  const shown = all.slice(0, all.length > deniedTrafficMax ? deniedTrafficMax - 1 : deniedTrafficMax).map(sentence);
  const more = all.length - shown.length;
  if (more === 0) return shown;
  const rest = { kind: 'access', clients: ['callers'], service: 'the mesh', ports: [] } as const;
  return [...shown, { ...rest, text: `lose access in ${more} more ways that were seen`, danger }];
}

const danger = 'this was seen, and is denied from then on (403)';

function sentence({ client, server, what, policy, count, lastMs }: Denied): PlannedChange {
  const last = lastMs === 0 ? '' : `, last at ${new Date(lastMs).toISOString().replace(/\.\d+Z$/, 'Z')}`;
  const by = policy === '' ? ', no rule allows it' : `, ${policy} denies it`;
  const service = server.includes('/') ? server.split('/').reverse().join('.') : server;
  const times = `seen ${Math.round(count)} ${Math.round(count) === 1 ? 'time' : 'times'}`;
  return {
    kind: 'access',
    clients: [client],
    service,
    ports: [],
    text: `loses access: ${what}, ${times}${last}${by}`,
    danger,
  };
}
