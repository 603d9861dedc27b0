/** How the filter of stateful sessions is made from its message. */

import { filterDisabled, type HttpFilterKind, milliseconds, refuse, unpack } from '@weft/data-runtime';
import type { Clock } from '@weft/kernel';
import {
  type StatefulSession,
  StatefulSessionPerRouteSchema,
  StatefulSessionSchema,
} from '@weft/xds-messages/envoy/extensions/filters/http/stateful_session/v3/stateful_session';
import { CookieBasedSessionStateSchema } from '@weft/xds-messages/envoy/extensions/http/stateful_session/cookie/v3/cookie';
import { HeaderBasedSessionStateSchema } from '@weft/xds-messages/envoy/extensions/http/stateful_session/header/v3/header';
import type { Cookie } from '@weft/xds-messages/envoy/type/http/v3/cookie';
import { createCookieState, createHeaderState, type SessionState } from './session-state.ts';
import { createStatefulSession, type StatefulSessionSettings } from './stateful-session.ts';

const prefix = 'envoy.extensions.filters.http.stateful_session.v3';

/** Session state in an envelope is refused by name. */
export function createStatefulSessionKind(deps: { readonly clock: Clock }): HttpFilterKind {
  return {
    schema: StatefulSessionSchema,
    perRouteSchema: StatefulSessionPerRouteSchema,
    supported: {
      [`${prefix}.StatefulSession`]: ['session_state', 'strict'],
      [`${prefix}.StatefulSessionPerRoute`]: ['disabled', 'stateful_session'],
      'envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState': ['cookie'],
      'envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState': ['name'],
      'envoy.type.http.v3.Cookie': ['name', 'ttl', 'path'],
    },
    compile: (config, name, _context, where) =>
      createStatefulSession(name, compileSettings(unpack(config, StatefulSessionSchema, where), deps.clock, where)),
    compilePerRoute(config, _context, where) {
      const { override } = unpack(config, StatefulSessionPerRouteSchema, where);
      if (override.case === 'statefulSession')
        return compileSettings(override.value, deps.clock, where) ?? filterDisabled;
      if (override.case !== 'disabled' || !override.value)
        refuse(where, 'neither disabled nor stateful_session is set');
      return filterDisabled;
    },
  };
}

/** Without a session_state nothing is done. */
function compileSettings(message: StatefulSession, clock: Clock, where: string): StatefulSessionSettings | undefined {
  const { sessionState, strict } = message;
  if (sessionState === undefined) return undefined;
  return { state: compileState(sessionState.typedConfig, clock, `${where}: session_state`), strict };
}

type TypedConfig = NonNullable<StatefulSession['sessionState']>['typedConfig'];

function compileState(config: TypedConfig, clock: Clock, where: string): SessionState {
  if (config?.typeUrl.endsWith('.HeaderBasedSessionState')) {
    const { name } = unpack(config, HeaderBasedSessionStateSchema, where);
    if (!/^[!#$%&'*+\-.^_`|~0-9a-zA-Z]+$/.test(name)) refuse(where, 'name is not a header name');
    return createHeaderState(name.toLowerCase());
  }
  const { cookie } = unpack(config, CookieBasedSessionStateSchema, where);
  return cookie === undefined ? refuse(where, 'cookie is missing') : compileCookie(cookie, clock, where);
}

function compileCookie({ name, path, ttl }: Cookie, clock: Clock, where: string): SessionState {
  if (!/^[!#$%&'*+\-.^_`|~0-9a-zA-Z]+$/.test(name)) refuse(where, 'cookie.name is not a cookie name');
  if (/[;\s\u0000-\u001f]/.test(path)) refuse(where, 'cookie.path is not a path');
  const ttlSeconds = Math.floor(milliseconds(ttl, 0) / 1_000);
  return createCookieState({ name, path, ttlSeconds }, () => clock.now());
}
