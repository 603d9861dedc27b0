/** What stands before the router, in Istio's order (listener_builder.go): asked by an authorizer, who calls, what is allowed, what goes wrong on purpose. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { CorsSchema } from '@weft/xds-messages/envoy/extensions/filters/http/cors/v3/cors';
import { HTTPFaultSchema } from '@weft/xds-messages/envoy/extensions/filters/http/fault/v3/fault';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { StatefulSessionSchema } from '@weft/xds-messages/envoy/extensions/filters/http/stateful_session/v3/stateful_session';
import type { HttpFilter } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Context } from '../context.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { packedHttpFilter } from '../messages/http-filter.ts';
import { sessionFilterName } from '../routes/session.ts';
import { authorizationFilters } from './authorization.ts';
import { customFilters } from './custom.ts';
import { jwtFilters } from './jwt.ts';
import { linkerdFilters } from './linkerd.ts';

/** Whose connections are taken; nothing for a proxyless client, which takes none. */
export type HttpSide = 'inbound' | 'outbound' | 'gateway' | undefined;

type FilterPart = (context: Context, side: HttpSide, guard: PortGuard | undefined) => readonly HttpFilter[];

const parts: readonly FilterPart[] = [
  customFilters,
  jwtFilters,
  authorizationFilters,
  (context, _side, guard) => linkerdFilters(context, guard),
  fault,
  cors,
  session,
  router,
];

/** @param guard Linkerd's policies of the port. */
export function httpFilters(context: Context, side: HttpSide, guard?: PortGuard): HttpFilter[] {
  return parts.flatMap((part) => part(context, side, guard));
}

/** Routes say what is to go wrong. A proxyless client may leave it out. */
function fault(_context: Context, side: HttpSide): readonly HttpFilter[] {
  if (side === 'inbound') return [];
  const any = anyPack(HTTPFaultSchema, create(HTTPFaultSchema));
  return [packedHttpFilter('envoy.filters.http.fault', any, side === undefined)];
}

function cors(_context: Context, side: HttpSide): readonly HttpFilter[] {
  if (side === 'inbound' || side === undefined) return [];
  return [packedHttpFilter('envoy.filters.http.cors', anyPack(CorsSchema, create(CorsSchema)))];
}

/** Where any rule asks for sessions; the routes say which. */
function session({ world }: Context, side: HttpSide): readonly HttpFilter[] {
  if (!world.index.hasSessions || side === 'inbound' || side === undefined) return [];
  return [packedHttpFilter(sessionFilterName, anyPack(StatefulSessionSchema, create(StatefulSessionSchema)))];
}

/** x-envoy-* headers are for debugging, which a mesh may not want. */
function router({ world }: Context, side: HttpSide): readonly HttpFilter[] {
  const { envoyDebugHeaders } = world.input.mesh.defaultConfig.proxyHeaders;
  const suppressEnvoyHeaders = side !== undefined && envoyDebugHeaders?.disabled === true;
  const config = create(RouterSchema, suppressEnvoyHeaders ? { suppressEnvoyHeaders } : {});
  return [packedHttpFilter('envoy.filters.http.router', anyPack(RouterSchema, config))];
}
