/** Filters that look at a connection before a chain is chosen for it. */

import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import {
  type ListenerFilter,
  ListenerFilterSchema,
} from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { HttpInspectorSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/http_inspector/v3/http_inspector';
import { OriginalDstSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/original_dst/v3/original_dst';
import { TlsInspectorSchema } from '@weft/xds-messages/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector';

/** Is it TLS; for which server name, and which protocols are offered in it. */
export function tlsInspector(): ListenerFilter {
  return filter('tls_inspector', anyPack(TlsInspectorSchema, create(TlsInspectorSchema)));
}

/** Which HTTP it is, if any: told as an application protocol. */
export function httpInspector(): ListenerFilter {
  return filter('http_inspector', anyPack(HttpInspectorSchema, create(HttpInspectorSchema)));
}

/** Where a redirected connection was going. */
export function originalDst(): ListenerFilter {
  return filter('original_dst', anyPack(OriginalDstSchema, create(OriginalDstSchema)));
}

function filter(name: string, value: Any): ListenerFilter {
  return create(ListenerFilterSchema, {
    name: `envoy.filters.listener.${name}`,
    configType: { case: 'typedConfig', value },
  });
}
