/** http_filters of a connection manager: compiled in their order, the router last. Several may have one name, as Istio's RBAC filters do; routes then configure all of them. */

import { anyIs } from '@bufbuild/protobuf/wkt';
import { type Router, RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import type { HttpFilter as XdsHttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { refuse, unpack, withinPlug } from '../check/refuse.ts';
import type { Exchange } from '../exchange.ts';
import { type FilterContext, filterDisabled, type HttpFilter } from '../filter.ts';
import { filtersMax } from '../limits.ts';
import { checkPlugConfig, type Plugs, typeNameOf } from '../plugs.ts';

export interface CompiledHttpFilters {
  readonly filters: readonly HttpFilter[];
  readonly router: Router;
}

/** @throws WeftError `config_rejected` naming the entry and its type, where no kind takes it and it is not optional. */
export function compileHttpFilters(
  entries: readonly XdsHttpFilter[],
  plugs: Plugs,
  context: FilterContext,
  where: string,
): CompiledHttpFilters {
  if (entries.length > filtersMax) refuse(where, `http_filters: over ${filtersMax} entries`);
  const filters: HttpFilter[] = [];
  let router: Router | undefined;
  for (const entry of entries) {
    const at = `${where}: http filter ${entry.name}`;
    if (router !== undefined) refuse(at, 'nothing may stand behind the router');
    if (entry.configType.case !== 'typedConfig') refuse(at, 'typed_config is missing');
    const config = entry.configType.value;
    if (anyIs(config, RouterSchema)) {
      if (entry.disabled) refuse(at, 'the router cannot be disabled');
      router = unpack(config, RouterSchema, at);
      continue;
    }
    const type = typeNameOf(config);
    const kind = plugs.http.get(type);
    if (kind === undefined) {
      if (entry.isOptional) continue;
      return refuse(at, `${type} is not supported`);
    }
    checkPlugConfig(config, kind.schema, kind.supported, at);
    const filter = withinPlug(kind.supported, () => kind.compile(config, entry.name, context, at));
    if (filter !== undefined) filters.push(asRoutesSay(filter, entry.disabled));
  }
  if (router === undefined) return refuse(where, 'http_filters: the last one must be the router');
  return { filters, router };
}

/**
 * A filter as routes turn it on and off: one that is `disabled` here runs only where a route configures it, the others wherever no route
 * disables them (FilterConfig.disabled).
 */
function asRoutesSay(filter: HttpFilter, disabled: boolean): HttpFilter {
  const { name, onRequest, onResponse, onResponseTrailers, onComplete } = filter;
  const runs = (exchange: Exchange): boolean => {
    const config = exchange.filterConfig(name);
    return config === undefined ? !disabled : config !== filterDisabled;
  };
  return {
    name,
    ...(onRequest === undefined ? {} : { onRequest: (exchange) => !runs(exchange) || onRequest(exchange) }),
    ...(onResponse === undefined ? {} : { onResponse: guarded(runs, onResponse) }),
    ...(onResponseTrailers === undefined ? {} : { onResponseTrailers: guarded(runs, onResponseTrailers) }),
    ...(onComplete === undefined ? {} : { onComplete: guarded(runs, onComplete) }),
  };
}

function guarded(
  runs: (exchange: Exchange) => boolean,
  then: (exchange: Exchange) => void,
): (exchange: Exchange) => void {
  return (exchange) => {
    if (runs(exchange)) then(exchange);
  };
}
