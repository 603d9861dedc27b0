/** What Linkerd's policies, and SMI's, come to at one port of a workload. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { ProxyProtocol, Resource } from '@weft/model';
import { weftStruct } from '../provenance.ts';
import type { Grant } from './grants.ts';
import type { ServerRoute } from './namespace-policies.ts';
import type { Judgement } from './rules.ts';

/** A route that is attached to the Server, with all who may use it. */
export interface GuardedRoute {
  readonly route: ServerRoute;
  readonly judgement: Judgement;
}

export interface PortGuard {
  /** Linkerd's, of connections, and of requests where no route is attached; nothing: everyone may. */
  readonly judgement: Judgement | undefined;
  /** Of SMI's TrafficTargets, which is asked beside it. */
  readonly targets: Judgement | undefined;
  /** Oldest first; empty: none is attached, and every request has its way. */
  readonly routes: readonly GuardedRoute[];
  readonly rateLimit: Resource<'HTTPLocalRateLimitPolicy'> | undefined;
  /** As the Server says it. */
  readonly protocol: ProxyProtocol | undefined;
  /** Where each grant was written, by its name in RBAC filters. */
  readonly origins: Readonly<Record<string, JsonObject>>;
  readonly notices: readonly string[];
}

/** A port as a Server refers to it. */
export interface WorkloadPort {
  /** Where the application listens; 0: ports that nobody declared. */
  readonly number: number;
  /** Empty where it has none. */
  readonly name: string;
}

export function originsOf(grants: readonly Grant[]): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(grants.map(({ name, from }) => [name, weftStruct(from)]));
}
