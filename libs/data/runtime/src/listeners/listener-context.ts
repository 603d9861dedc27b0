/** What compiling a listener needs of the rest of the tables. */

import type { Plugs } from '../plugs.ts';
import type { RouteContext } from '../routes/route-context.ts';
import type { Direction } from '../tables/listener.ts';
import type { Ref, RouteTable } from '../tables/route.ts';
import type { TlsSecret } from '../tables/tls.ts';

export interface ListenerContext {
  readonly routes: RouteContext;
  readonly plugs: Plugs;
  /** What OUTBOUND means here. */
  readonly outbound: 'outbound' | 'gateway';
  /** Place of a table that comes by RDS. */
  routesRef(name: string): Ref<RouteTable | undefined>;
  /** Place of the routes that stand in a listener itself. @param key of listener and chain. */
  inlineRoutesRef(key: string): Ref<RouteTable | undefined>;
  /** Environment variables, for tags of spans. */
  environment(name: string): string | undefined;
}

/** What compiling one listener gathers beside its table. */
export interface ListenerFindings {
  readonly name: string;
  readonly direction: Direction;
  /** RDS names that it wants. */
  readonly routeNames: Set<string>;
  /** Its own routes by key, to be put into the places that its table points to. */
  readonly inlineRoutes: Map<string, RouteTable>;
  /** Secrets to ask for, and those that it brings along. */
  readonly secretNames: Set<string>;
  readonly inlineSecrets: Map<string, TlsSecret>;
}
