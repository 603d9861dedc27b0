/** Requests that were seen, through both versions of the rules: how many come out differently. */

import type { ProxyDescription } from '@weft/control-registry';
import { createCompiler } from '../compile.ts';
import { type Verdict, verdictOf } from './evaluate/access.ts';
import { type AskedRequest, askedRequest } from './evaluate/asked-request.ts';
import { clientRoutes } from './evaluate/client-side.ts';
import { type DecodedSnapshot, decodeSnapshot } from './evaluate/decoded-snapshot.ts';
import { routeOf } from './evaluate/route-match.ts';
import { serverPorts } from './evaluate/server-side.ts';
import { fromOf } from './explain-request.ts';
import type { PlannedMesh } from './offline-mesh.ts';
import { nameOfProxy } from './plan-changes.ts';
import { answerWords, type Shares, sharesOf } from './route-words.ts';

/** One line of a sidecar's /tap or /requests, as far as it is read (interfaces.md, section 4). */
export interface SeenRequest {
  readonly direction: 'inbound' | 'outbound';
  readonly method: string;
  readonly authority: string;
  /** With query. */
  readonly path: string;
  readonly status: number;
  readonly sourcePrincipal: string;
  readonly sourceWorkload: string;
  readonly destinationWorkload: string;
  /** Of the workload that took it; absent: not known. */
  readonly port?: number;
  /** Names in lower case; a tap's stream has none. */
  readonly headers: Readonly<Record<string, string>>;
  /** Payload of the verified token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** How many requests it stands for. */
  readonly weight: number;
  /** Epoch; 0: not known. */
  readonly startedAtMs: number;
}

export interface Replay {
  /** That could be asked of both versions. */
  readonly requests: number;
  /** Of a workload that neither side knows, or in a form that says too little. */
  readonly skipped: number;
  /** To be expected, to two digits: a request of which a tenth moves counts as a tenth. */
  readonly changed: number;
  /** Most frequent first, `examplesMax` at most. */
  readonly examples: readonly ReplayedExample[];
}

export interface ReplayedExample {
  /** "GET payment.shop/charge from order". */
  readonly request: string;
  readonly before: string;
  readonly after: string;
  readonly count: number;
}

export const examplesMax = 20;
/** Lines of one replay; more are not read. */
export const seenRequestsMax = 100_000;

/**
 * Bad lines, and the lines in which a tap says what it dropped, are left out.
 * @param text JSON lines.
 * @param own workload whose sidecar was tapped, for lines that do not say it; empty: not known.
 */
export function readTap(text: string, own: string): readonly SeenRequest[] {
  const seen: SeenRequest[] = [];
  for (const line of text.split('\n')) {
    if (seen.length >= seenRequestsMax) break;
    const read = line.trim() === '' ? undefined : readLine(line, own);
    if (read !== undefined) seen.push(read);
  }
  return seen;
}

function readLine(line: string, own: string): SeenRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof fields[name] === 'string' && fields[name] !== '-' ? fields[name] : '');
  if (text('method') === '' || text('authority') === '') return undefined;
  const inbound = text('direction') === 'inbound';
  const port = /^inbound\|(\d+)\|/.exec(text('upstream_cluster'))?.[1];
  const weight = Number(fields['weight'] ?? 1);
  const claims = fields['claims'];
  return {
    direction: inbound ? 'inbound' : 'outbound',
    method: text('method'),
    authority: text('authority'),
    path: text('path') || '/',
    status: Number(fields['status'] ?? 0),
    sourcePrincipal: text('source_principal'),
    sourceWorkload: text('source_workload') || (inbound ? '' : own),
    destinationWorkload: inbound ? own || text('destination_workload') : text('destination_workload'),
    headers: headersOf(fields['headers']),
    weight: Number.isFinite(weight) && weight > 0 ? weight : 1,
    startedAtMs: Date.parse(text('start_time')) || 0,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(typeof claims === 'object' && claims !== null ? { claims: claims as Record<string, unknown> } : {}),
  };
}

function headersOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * Credentials are not kept by sidecars, nor headers by a tap's stream: rules by them are asked as if there were none. Access is asked of the workload that took the
 * request; without a certificate seen, of calls of that workload the caller is nobody.
 */
export function replay(before: PlannedMesh, after: PlannedMesh, seen: readonly SeenRequest[]): Replay {
  const sides = [compiledSide(before), compiledSide(after)] as const;
  const outcomes = new Map<string, { example: Omit<ReplayedExample, 'count'>; count: number }>();
  let asked = 0;
  let skipped = 0;
  let changed = 0;
  for (const request of seen) {
    const [was, is] = sides.map((side) => outcomeOf(side, request));
    if (was === undefined || is === undefined) {
      skipped += request.weight;
      continue;
    }
    asked += request.weight;
    const share = changedShare(was, is);
    if (share === 0) continue;
    changed += share * request.weight;
    const path = request.path.split('?')[0] ?? '';
    const who = request.sourceWorkload || request.sourcePrincipal.split('/').at(-1) || 'somebody';
    const example = {
      request: `${request.method} ${request.authority}${path} from ${who}`,
      before: was.text,
      after: is.text,
    };
    const key = JSON.stringify(example);
    const known = outcomes.get(key) ?? { example, count: 0 };
    known.count += request.weight;
    outcomes.set(key, known);
  }
  const examples = [...outcomes.values()]
    .sort((left, right) => right.count - left.count)
    .slice(0, examplesMax)
    .map(({ example, count }) => ({ ...example, count: Math.round(count) }));
  const requests = Math.round(asked);
  return { requests, skipped: Math.round(skipped), changed: Math.round(changed * 100) / 100, examples };
}

interface Outcome {
  readonly text: string;
  /** Where it goes, for what is forwarded. */
  readonly shares?: Shares;
}

/** How likely a request comes out differently, 0 to 1. */
function changedShare(before: Outcome, after: Outcome): number {
  if (before.shares === undefined || after.shares === undefined) return before.text === after.text ? 0 : 1;
  let moved = 0;
  for (const [name, share] of after.shares) moved += Math.max(0, share - (before.shares.get(name) ?? 0));
  return moved < 1e-9 ? 0 : moved;
}

/** A side, asked by workload: "order", "shop/order", "order.shop". */
export type CompiledSide = (workload: string) => { proxy: ProxyDescription; snapshot: DecodedSnapshot } | undefined;

export function compiledSide({ input, proxies }: PlannedMesh): CompiledSide {
  const compiler = createCompiler();
  const compiled = new Map<string, { proxy: ProxyDescription; snapshot: DecodedSnapshot }>();
  return (workload) => {
    const known = compiled.get(workload);
    if (known !== undefined) return known;
    const proxy = proxies.find((one) => namesOf(one).includes(workload));
    if (proxy === undefined) return undefined;
    const made = { proxy, snapshot: decodeSnapshot(compiler.compile(input, proxy)) };
    compiled.set(workload, made);
    return made;
  };
}

function namesOf(proxy: ProxyDescription): readonly string[] {
  const { workloadName, workloadGroup, namespace, id } = proxy;
  const name = nameOfProxy(proxy);
  return [workloadName, workloadGroup, `${workloadName}.${namespace}`, name, name.split('.')[0] ?? '', id];
}

/** As matchers see it; nothing for what is no request. */
export function askedOf({ method, authority, path, headers }: SeenRequest): AskedRequest | undefined {
  const fields = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  return askedRequest(method, `http://${authority}${path}`, fields);
}

function outcomeOf(side: CompiledSide, seen: SeenRequest): Outcome | undefined {
  const request = askedOf(seen);
  if (request === undefined) return undefined;
  return seen.direction === 'inbound' ? accessOutcome(side, seen, request) : routeOutcome(side, seen, request);
}

function routeOutcome(side: CompiledSide, seen: SeenRequest, request: AskedRequest): Outcome | undefined {
  const client = side(seen.sourceWorkload);
  const found = client && clientRoutes(client.snapshot, request);
  if (found === undefined) return undefined;
  const { route } = routeOf(found.configuration, request);
  if (route === undefined) return { text: 'no route (404)' };
  const { rule } = fromOf(route);
  const said = answerWords(route, (cluster) => cluster)
    .replace(/^go /, 'goes ')
    .replace(/^are /, 'is ');
  const text = `${said}${rule === '' ? '' : ` by ${rule}`}`;
  if (route.action.case !== 'route') return { text };
  return { text, shares: sharesOf(route.action.value, (cluster) => cluster) };
}

function accessOutcome(side: CompiledSide, seen: SeenRequest, request: AskedRequest): Outcome | undefined {
  const verdict = accessOf(side, seen, request);
  if (verdict === undefined) return undefined;
  if (verdict.allowed) return { text: 'is allowed' };
  return { text: `is denied (403)${verdict.policy === '' ? '' : ` by ${verdict.policy}`}` };
}

/** What the rules of the workload that took it say; nothing where it is not known, or takes no HTTP. */
export function accessOf(side: CompiledSide, seen: SeenRequest, request: AskedRequest): Verdict | undefined {
  const server = side(seen.destinationWorkload);
  const ports = server === undefined ? [] : serverPorts(server.snapshot).filter(({ http }) => http);
  const own = ports.filter(({ port }) => port === seen.port);
  const asked = own.length > 0 ? own : ports;
  if (asked.length === 0) return undefined;
  const token = seen.claims === undefined ? {} : { claims: seen.claims };
  const verdicts = asked.map(({ rules, port }) =>
    verdictOf(rules, { ...request, ...token, principal: seen.sourcePrincipal, port, sourceAddress: '' }),
  );
  return verdicts.find(({ allowed }) => !allowed) ?? verdicts[0];
}
