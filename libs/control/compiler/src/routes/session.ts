/** Sessions of a rule, as the configuration of the filter of stateful sessions for one route. */

import { isDeepStrictEqual } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { HttpSession } from '@weft/model';
import { StatefulSessionPerRouteSchema } from '@weft/xds-messages/envoy/extensions/filters/http/stateful_session/v3/stateful_session';
import { CookieBasedSessionStateSchema } from '@weft/xds-messages/envoy/extensions/http/stateful_session/cookie/v3/cookie';
import { HeaderBasedSessionStateSchema } from '@weft/xds-messages/envoy/extensions/http/stateful_session/header/v3/header';
import { duration } from '../messages/core.ts';
import type { ServiceSessions } from '../service-sessions.ts';

/** Name of the filter, which a route's configuration is found by. */
export const sessionFilterName = 'envoy.filters.http.stateful_session';

/** An endpoint that is gone or not healthy gives way to another one, and the session goes on there. */
export function sessionConfig(session: HttpSession): Any {
  const sessionState = { name: `envoy.http.stateful_session.${session.carrier}`, typedConfig: stateOf(session) };
  const message = create(StatefulSessionPerRouteSchema, {
    override: { case: 'statefulSession', value: { sessionState } },
  });
  return anyPack(StatefulSessionPerRouteSchema, message);
}

/** What all hosts of a route ask for by their labels; nothing where they differ. */
export function sessionOfHosts(
  { byHost }: Pick<ServiceSessions, 'byHost'>,
  hosts: readonly string[],
): HttpSession | undefined {
  const [first] = hosts;
  return first === undefined || sessionsDiffer({ byHost }, hosts) ? undefined : byHost.get(first);
}

export function sessionsDiffer({ byHost }: Pick<ServiceSessions, 'byHost'>, hosts: readonly string[]): boolean {
  if (byHost.size === 0) return false;
  return hosts.some((host) => !isDeepStrictEqual(byHost.get(host), byHost.get(hosts[0] ?? '')));
}

function stateOf({ carrier, name, ttlMs, path = '/' }: HttpSession): Any {
  if (carrier === 'header')
    return anyPack(HeaderBasedSessionStateSchema, create(HeaderBasedSessionStateSchema, { name }));
  const cookie = { name, path, ...(ttlMs === undefined ? {} : { ttl: duration(ttlMs) }) };
  return anyPack(CookieBasedSessionStateSchema, create(CookieBasedSessionStateSchema, { cookie }));
}
