/** Sessions that labels of a service ask for (Istio, stateful_session.go): "istio.io/persistent-session", a cookie, or "…-header". */

import type { HttpSession, Model, Resource } from '@weft/model';

const cookieLabel = 'istio.io/persistent-session';
const headerLabel = 'istio.io/persistent-session-header';

export interface ServiceSessions {
  readonly byHost: ReadonlyMap<string, HttpSession>;
  /** The resources that ask: what routes are made from, for the cache. */
  readonly resources: readonly object[];
}

/** Of one host the first that asks. */
export function serviceSessions(model: Model, domain: string): ServiceSessions {
  const byHost = new Map<string, HttpSession>();
  const resources: object[] = [];
  const add = ({ labels }: Resource<'Service'> | Resource<'ServiceEntry'>, hosts: () => readonly string[]): boolean => {
    const session = sessionOf(labels);
    if (session === undefined) return false;
    for (const host of hosts()) if (!byHost.has(host.toLowerCase())) byHost.set(host.toLowerCase(), session);
    return true;
  };
  for (const service of model.byKind('Service'))
    if (add(service, () => [`${service.name}.${service.namespace}.svc.${domain}`])) resources.push(service);
  for (const entry of model.byKind('ServiceEntry')) if (add(entry, () => entry.spec.hosts)) resources.push(entry);
  return { byHost, resources };
}

/** The header's label comes first. "name", or "name:/path" of a cookie, which ends with the client's session. */
function sessionOf(labels: Readonly<Record<string, string>>): HttpSession | undefined {
  const header = labels[headerLabel];
  if (header !== undefined && header !== '') return { carrier: 'header', name: header };
  const cookie = labels[cookieLabel];
  if (cookie === undefined || cookie === '') return undefined;
  const [name = '', path] = cookie.split(':', 2);
  return { carrier: 'cookie', name, ...(path === undefined || path === '' ? {} : { path }) };
}
