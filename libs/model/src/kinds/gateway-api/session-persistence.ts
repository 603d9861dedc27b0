/** The field `sessionPersistence` of rules of HTTPRoute and GRPCRoute (GEP-1619). */

import type { z } from 'zod';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import type { Report } from '../definition.ts';
import { gatewayDurationMs } from './fields.ts';

export interface SessionPersistence {
  /** Of the cookie or header; one of the route's own where absent. */
  readonly sessionName?: string;
  /** Life of a permanent cookie; required for one. */
  readonly absoluteTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** Cookie where absent. */
  readonly type?: 'Cookie' | 'Header';
  /** `lifetimeType` is Session where absent. */
  readonly cookieConfig?: { readonly lifetimeType?: 'Session' | 'Permanent' };
}

/** The same of cookies and headers (RFC 6265, RFC 9110). */
const token = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,128}$/;

/** @param api "HTTPRoute.rules.sessionPersistence". */
export function sessionPersistence(api: string): z.ZodType<SessionPersistence> {
  return apiObject(api, {
    sessionName: checkedString((value) =>
      token.test(value) ? undefined : `${JSON.stringify(value.slice(0, 80))} is no name of a cookie or header`,
    ).exactOptional(),
    absoluteTimeout: gatewayDurationMs.exactOptional(),
    idleTimeout: gatewayDurationMs.exactOptional(),
    type: choice(`${api}.type`, ['Cookie', 'Header']).exactOptional(),
    cookieConfig: apiObject(`${api}.cookieConfig`, {
      lifetimeType: choice(`${api}.cookieConfig.lifetimeType`, ['Session', 'Permanent']).exactOptional(),
    }).exactOptional(),
  }).transform(({ absoluteTimeout, idleTimeout, ...rest }) => ({
    ...rest,
    ...(absoluteTimeout === undefined ? {} : { absoluteTimeoutMs: absoluteTimeout }),
    ...(idleTimeout === undefined ? {} : { idleTimeoutMs: idleTimeout }),
  }));
}

/** @param backends of the rule: the choice among several is not kept. */
export function validateSession(
  session: SessionPersistence | undefined,
  backends: number,
  path: string,
  report: Report,
  warn: Report,
): void {
  if (session === undefined) return;
  const { type = 'Cookie', cookieConfig, absoluteTimeoutMs, idleTimeoutMs } = session;
  const isPermanent = cookieConfig?.lifetimeType === 'Permanent';
  if (type === 'Header' && cookieConfig !== undefined) {
    report(`${path}.cookieConfig`, 'cookieConfig cannot stand beside type Header', 'key');
  }
  if (isPermanent && absoluteTimeoutMs === undefined) report(path, 'a permanent cookie needs absoluteTimeout');
  if (!isPermanent && absoluteTimeoutMs !== undefined) {
    warn(`${path}.absoluteTimeout`, 'a session without permanent cookie ends when the client says so', 'key');
  }
  if (idleTimeoutMs !== undefined) warn(`${path}.idleTimeout`, 'sessions that are idle do not end', 'key');
  if (backends > 1) {
    warn(path, 'the choice among several backends is made for each request; the session holds within a backend', 'key');
  }
}
