/** Linkerd's retry and timeout annotations of a route, else of the Service that is its parent. */

import {
  type HttpRule,
  type LinkerdAnnotations,
  type Model,
  parseLinkerdAnnotations,
  type TranslatableRoute,
  timesOfAnnotations,
} from '@weft/model';

/**
 * A route's own annotations take the place of all that the Service says, retries and timeouts each; what they say goes before the fields
 * of the route's rules.
 */
export function withAnnotatedTimes(model: Model, route: TranslatableRoute, host: string, domain: string) {
  const own = parseLinkerdAnnotations(route.annotations).value;
  const service = serviceTimes(model, host, domain);
  const ofService = timesOfAnnotations(service.retry, service.timeouts);
  const ofRoute = timesOfAnnotations(own.retry, own.timeouts);
  return (rule: HttpRule): HttpRule => {
    if (rule.route === undefined) return rule;
    const { retries, ...limits } = ofService;
    const known = rule.retries === undefined && retries !== undefined && own.retry === undefined ? { retries } : {};
    const limited = rule.timeoutMs === undefined && own.timeouts === undefined ? limits : {};
    return { ...rule, ...known, ...limited, ...ofRoute };
  };
}

function serviceTimes(model: Model, host: string, domain: string): LinkerdAnnotations {
  if (!host.endsWith(`.svc.${domain}`)) return {};
  const [name = '', namespace = ''] = host.split('.', 2);
  const service = model.get('Service', namespace, name);
  return service === undefined ? {} : parseLinkerdAnnotations(service.annotations).value;
}
