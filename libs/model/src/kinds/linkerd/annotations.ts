/** Linkerd's annotations as one structure: retries, timeouts and circuit breaking of Services and routes, ports and default policy of workloads and namespaces. */

import type { Report, ValidationContext } from '../definition.ts';
import { accessPolicies } from './access-policy.ts';
import { parseAnnotationDuration } from './annotation-duration.ts';
import { type FailureAccrual, parseFailureAccrual } from './failure-accrual.ts';
import { type PortRange, parsePortRanges, portRangesProblem } from './port-ranges.ts';
import type { AccessPolicy } from './server/spec.ts';

export interface LinkerdAnnotations {
  readonly retry?: LinkerdRetry;
  readonly timeouts?: LinkerdTimeouts;
  /** Absent: no circuit breaking. */
  readonly failureAccrual?: FailureAccrual;
  /** config.linkerd.io/opaque-ports; an empty list takes back the default. */
  readonly opaquePorts?: readonly PortRange[];
  readonly skipInboundPorts?: readonly PortRange[];
  readonly skipOutboundPorts?: readonly PortRange[];
  /** config.linkerd.io/default-inbound-policy; of the workload, else of its namespace, else of the mesh. */
  readonly defaultInboundPolicy?: AccessPolicy;
}

/** Of a route in place of all that its Service says, and of a Service for what no route says. */
export interface LinkerdRetry {
  /** Tries beyond the first, 1 where only other retry annotations are given. */
  readonly limit: number;
  /** Ranges of status codes, both ends belong to them; empty: no status is retried. */
  readonly httpStatuses: readonly { readonly min: number; readonly max: number }[];
  readonly grpcStatuses: readonly GrpcRetryStatus[];
  /** Of one try, until its headers. */
  readonly perTryTimeoutMs?: number;
}

export type GrpcRetryStatus = 'cancelled' | 'deadline-exceeded' | 'internal' | 'resource-exhausted' | 'unavailable';

export interface LinkerdTimeouts {
  /** The whole stream. */
  readonly requestMs?: number;
  /** The response in flight. */
  readonly responseMs?: number;
  /** Any pause. */
  readonly idleMs?: number;
}

export interface AnnotationProblem {
  readonly annotation: string;
  readonly message: string;
}

type Tell = (annotation: string, message: string) => void;
type Annotations = Readonly<Record<string, string>>;

/** Never throws: what cannot be read is told of and counts as absent. */
export function parseLinkerdAnnotations(annotations: Annotations): {
  readonly value: LinkerdAnnotations;
  readonly problems: readonly AnnotationProblem[];
} {
  const problems: AnnotationProblem[] = [];
  const tell: Tell = (annotation, message) => {
    problems.push({ annotation, message });
  };
  const value = {
    retry: retryOf(annotations, tell),
    timeouts: timeoutsOf(annotations, tell),
    failureAccrual: parseFailureAccrual(annotations, tell),
    opaquePorts: portsOf(annotations, 'config.linkerd.io/opaque-ports', tell),
    skipInboundPorts: portsOf(annotations, 'config.linkerd.io/skip-inbound-ports', tell),
    skipOutboundPorts: portsOf(annotations, 'config.linkerd.io/skip-outbound-ports', tell),
    defaultInboundPolicy: policyOf(annotations, tell),
  };
  const given = Object.entries(value).filter(([, part]) => part !== undefined);
  return { value: Object.fromEntries(given) as LinkerdAnnotations, problems };
}

function durationOf(annotations: Annotations, name: string, tell: Tell): number | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  const duration = parseAnnotationDuration(text.trim());
  if (duration === undefined) {
    tell(name, `${JSON.stringify(text)} is not a duration; write a whole number with ms, s, m, h or d`);
  }
  return duration === 0 ? undefined : duration;
}

function timeoutsOf(annotations: Annotations, tell: Tell): LinkerdTimeouts | undefined {
  const requestMs = durationOf(annotations, 'timeout.linkerd.io/request', tell);
  const responseMs = durationOf(annotations, 'timeout.linkerd.io/response', tell);
  const idleMs = durationOf(annotations, 'timeout.linkerd.io/idle', tell);
  const timeouts = {
    ...(requestMs === undefined ? {} : { requestMs }),
    ...(responseMs === undefined ? {} : { responseMs }),
    ...(idleMs === undefined ? {} : { idleMs }),
  };
  return Object.keys(timeouts).length === 0 ? undefined : timeouts;
}

/** Tells of what cannot be read, at its annotation. */
export function warnOfAnnotations({ warn, metadata }: { warn: Report; metadata: ValidationContext['metadata'] }): void {
  for (const { annotation, message } of parseLinkerdAnnotations(metadata.annotations).problems) {
    warn(`metadata.annotations[${JSON.stringify(annotation)}]`, message);
  }
}

const grpcStatuses: readonly GrpcRetryStatus[] = [
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
];

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

function retryOf(annotations: Annotations, tell: Tell): LinkerdRetry | undefined {
  const [http, grpc, limit, timeout] = ['http', 'grpc', 'limit', 'timeout'].map(
    (name) => `retry.linkerd.io/${name}`,
  ) as [string, string, string, string];
  if ([http, grpc, limit, timeout].every((name) => annotations[name] === undefined)) return undefined;
  const httpStatuses = words(annotations[http] ?? '').flatMap((word) => {
    const range = statusRange(word);
    if (range === undefined)
      tell(http, `${JSON.stringify(word)} is not a status, a range of them, 5xx or gateway-error`);
    return range === undefined ? [] : [range];
  });
  const grpcFound = words(annotations[grpc] ?? '').flatMap((word) => {
    const found = grpcStatuses.find((status) => status === word);
    if (found === undefined) tell(grpc, `${JSON.stringify(word)} is not one of ${grpcStatuses.join(', ')}`);
    return found === undefined ? [] : [found];
  });
  const perTryTimeoutMs = durationOf(annotations, timeout, tell);
  return {
    limit: limitOf(annotations[limit], limit, tell),
    httpStatuses,
    grpcStatuses: grpcFound,
    ...(perTryTimeoutMs === undefined ? {} : { perTryTimeoutMs }),
  };
}

const limitDefault = 1;
const limitMax = 65_535;

/** 0 counts as absent. */
function limitOf(text: string | undefined, name: string, tell: Tell): number {
  if (text === undefined) return limitDefault;
  const good = /^\d{1,5}$/.test(text.trim()) && Number(text) <= limitMax;
  if (!good) tell(name, `${JSON.stringify(text)} is not a whole number from 0 to ${limitMax}`);
  return good && Number(text) > 0 ? Number(text) : limitDefault;
}

function statusRange(word: string): { min: number; max: number } | undefined {
  if (word === '5xx') return { min: 500, max: 599 };
  if (word === 'gateway-error') return { min: 502, max: 504 };
  const [, first, last = first] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(word) ?? [];
  const [min, max] = [Number(first), Number(last)];
  return first === undefined || min > max ? undefined : { min, max };
}

function portsOf(annotations: Annotations, name: string, tell: Tell): readonly PortRange[] | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  const problem = portRangesProblem(text);
  if (problem !== undefined) tell(name, problem);
  return parsePortRanges(text);
}

function policyOf(annotations: Annotations, tell: Tell): AccessPolicy | undefined {
  const name = 'config.linkerd.io/default-inbound-policy';
  const text = annotations[name];
  const found = accessPolicies.find((policy) => policy === text);
  if (text !== undefined && found === undefined) {
    tell(name, `${JSON.stringify(text)} is not one of ${accessPolicies.join(', ')}`);
  }
  return found;
}
