/** Which routes a proxy uses for a request of its application, or of a client outside. */

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { Listener } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { RouteConfiguration } from '@weft/xds-messages/envoy/config/route/v3/route';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { AskedRequest } from './asked-request.ts';
import type { DecodedSnapshot } from './decoded-snapshot.ts';
import { virtualHostOf } from './route-match.ts';

export interface ClientRoutes {
  readonly listener: string;
  readonly configuration: RouteConfiguration;
}

/**
 * The listener of the request's port, else the explicit proxy, else any that speaks HTTP; of its chains the first whose routes know the
 * host. Nothing for a proxy without any.
 */
export function clientRoutes(snapshot: DecodedSnapshot, request: AskedRequest): ClientRoutes | undefined {
  const outward = [...snapshot.listeners.values()]
    .filter(({ trafficDirection }) => trafficDirection !== TrafficDirection.INBOUND)
    .map((listener) => ({ listener, configurations: configurationsOf(listener, snapshot) }))
    .filter(({ configurations }) => configurations.length > 0);
  const port = portOf(request);
  const explicit = (name: string): boolean => name === 'http_proxy';
  const chosen =
    outward.find(({ listener }) => portOfListener(listener) === port) ??
    outward.find(({ configurations }) => configurations.some(({ name }) => explicit(name))) ??
    outward[0];
  if (chosen === undefined) return undefined;
  const { listener, configurations } = chosen;
  const configuration =
    configurations.find((one) => virtualHostOf(one, request.authority) !== undefined) ?? configurations[0];
  return configuration === undefined ? undefined : { listener: listener.name, configuration };
}

/** Every configuration that the chains of a listener route by. */
function configurationsOf(listener: Listener, { routes }: DecodedSnapshot): readonly RouteConfiguration[] {
  const chains =
    listener.defaultFilterChain === undefined
      ? listener.filterChains
      : [...listener.filterChains, listener.defaultFilterChain];
  const packed = chains.flatMap(({ filters }) =>
    filters.flatMap(({ configType }) => (configType.case === 'typedConfig' ? [configType.value] : [])),
  );
  const api = listener.apiListener?.apiListener;
  return (api === undefined ? packed : [...packed, api]).flatMap((any) => {
    const specifier = anyUnpack(any, HttpConnectionManagerSchema)?.routeSpecifier;
    if (specifier?.case === 'routeConfig') return [specifier.value];
    const named = specifier?.case === 'rds' ? routes.get(specifier.value.routeConfigName) : undefined;
    return named === undefined ? [] : [named];
  });
}

function portOf({ authority, scheme }: AskedRequest): number {
  return Number(/:(\d+)$/.exec(authority)?.[1] ?? (scheme === 'https' ? 443 : 80));
}

function portOfListener({ address }: Listener): number | undefined {
  const socket = address?.address.case === 'socketAddress' ? address.address.value : undefined;
  return socket?.portSpecifier.case === 'portValue' ? socket.portSpecifier.value : undefined;
}
