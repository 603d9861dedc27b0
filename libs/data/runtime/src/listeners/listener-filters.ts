/** listener_filters: what is read of a connection before a chain is chosen for it. */

import { anyIs } from '@bufbuild/protobuf/wkt';
import type { ListenerFilter } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { HttpInspectorSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/http_inspector/v3/http_inspector';
import { OriginalDstSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/original_dst/v3/original_dst';
import { ProxyProtocolSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol';
import { TlsInspectorSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector';
import { refuse, unpack } from '../check/refuse.ts';
import { filtersMax } from '../limits.ts';
import { typeNameOf } from '../plugs.ts';
import type { ListenerTable } from '../tables/listener.ts';
import { compilePortPredicate } from './port-predicate.ts';

type Filters = Pick<
  ListenerTable,
  'originalDestination' | 'proxyProtocol' | 'inspectTls' | 'inspectHttp' | 'skipTlsInspection' | 'skipHttpInspection'
>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** @throws WeftError `config_rejected` naming the filter and its type. */
export function compileListenerFilters(filters: readonly ListenerFilter[], where: string): Filters {
  if (filters.length > filtersMax) refuse(where, `listener_filters: over ${filtersMax} entries`);
  const compiled: Mutable<Filters> = {
    originalDestination: false,
    proxyProtocol: undefined,
    inspectTls: false,
    inspectHttp: false,
    skipTlsInspection: undefined,
    skipHttpInspection: undefined,
  };
  for (const filter of filters) compileFilter(filter, compiled, `${where}: listener filter ${filter.name}`);
  return compiled;
}

function compileFilter(filter: ListenerFilter, compiled: Mutable<Filters>, where: string): void {
  if (filter.configType.case !== 'typedConfig') refuse(where, 'typed_config is missing');
  const config = filter.configType.value;
  const skips = filter.filterDisabled === undefined ? undefined : compilePortPredicate(filter.filterDisabled, where);
  if (anyIs(config, TlsInspectorSchema)) {
    unpack(config, TlsInspectorSchema, where);
    compiled.inspectTls = true;
    compiled.skipTlsInspection = skips;
    return;
  }
  if (anyIs(config, HttpInspectorSchema)) {
    unpack(config, HttpInspectorSchema, where);
    compiled.inspectHttp = true;
    compiled.skipHttpInspection = skips;
    return;
  }
  if (skips !== undefined) refuse(where, 'filter_disabled is supported for inspectors only');
  if (anyIs(config, OriginalDstSchema)) {
    unpack(config, OriginalDstSchema, where);
    compiled.originalDestination = true;
  } else if (anyIs(config, ProxyProtocolSchema)) {
    const { allowRequestsWithoutProxyProtocol } = unpack(config, ProxyProtocolSchema, where);
    compiled.proxyProtocol = allowRequestsWithoutProxyProtocol ? 'optional' : 'required';
  } else refuse(where, `${typeNameOf(config)} is not supported`);
}
