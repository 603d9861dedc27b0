/** A filter of an HTTP connection manager, packed. */

import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import {
  type HttpFilter,
  HttpFilterSchema,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';

/** @param isOptional a client that does not know it may leave it out. */
export function packedHttpFilter(name: string, value: Any, isOptional = false): HttpFilter {
  return create(HttpFilterSchema, { name, configType: { case: 'typedConfig', value }, isOptional });
}
