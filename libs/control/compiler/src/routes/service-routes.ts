/** Routes that no rule wrote: to a service, to its application, to where a request went by itself, or nowhere. */

import { create } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import { type Route, RouteActionSchema, RouteSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { duration } from '../messages/core.ts';
import { outboundClusterName } from '../names.ts';
import { builtIn } from '../provenance.ts';
import { setTimeouts } from './action.ts';
import { hashPolicy, serviceHash } from './hash-policy.ts';
import { routeMatch } from './match.ts';
import { serviceOperation } from './operation.ts';
import { retryPolicy } from './retries.ts';
import { routeMetadata } from './route-metadata.ts';
import type { RouteScope } from './scope.ts';
import { sessionConfig, sessionFilterName } from './session.ts';

/** Name of routes that no rule wrote. */
export const defaultRouteName = 'default';

/** Everything to one port of a service, with the mesh's retries: where no VirtualService says otherwise. */
export function serviceRoute(scope: RouteScope, host: string, port: number, from: Provenance): Route {
  const forward = create(RouteActionSchema, {
    clusterSpecifier: { case: 'cluster', value: outboundClusterName(port, '', host) },
  });
  setTimeouts(forward, 0, scope);
  // Although a hash chooses the endpoint, Istio's default retries look for another one here.
  const retries = retryPolicy(scope.world.input.mesh.defaultHttpRetryPolicy, false, scope.dialect);
  if (retries !== undefined) forward.retryPolicy = retries;
  const hash = serviceHash(scope, host, port);
  const policy = hash === undefined ? undefined : hashPolicy(hash, scope);
  if (policy !== undefined) forward.hashPolicy = [policy];
  const session = scope.world.index.sessions.byHost.get(host);
  return create(RouteSchema, {
    name: defaultRouteName,
    match: routeMatch(undefined, 'proxy'),
    action: { case: 'route', value: forward },
    ...(scope.dialect === 'proxy' ? { decorator: { operation: serviceOperation(host, port) } } : {}),
    ...(session === undefined || scope.dialect === 'grpc'
      ? {}
      : { typedPerFilterConfig: { [sessionFilterName]: sessionConfig(session) } }),
    metadata: routeMetadata(from, scope.dialect === 'proxy' ? { grpcDeadlineMaxMs: 0 } : {}),
  });
}

/** Everything to the application behind the proxy: without a time limit of its own. @param operation what a trace calls it. */
export function inboundRoute(cluster: string, operation: string, from: Provenance): Route {
  return create(RouteSchema, {
    name: defaultRouteName,
    match: routeMatch(undefined, 'proxy'),
    action: {
      case: 'route',
      value: {
        clusterSpecifier: { case: 'cluster', value: cluster },
        timeout: duration(0),
        maxStreamDuration: { maxStreamDuration: duration(0), grpcTimeoutHeaderMax: duration(0) },
      },
    },
    decorator: { operation },
    metadata: routeMetadata(from),
  });
}

/** Where the caller itself sent it: what ALLOW_ANY means for a host that nobody knows. */
export function passthroughRoute(name: string, cluster: string): Route {
  return create(RouteSchema, {
    name,
    match: routeMatch(undefined, 'proxy'),
    action: {
      case: 'route',
      value: {
        clusterSpecifier: { case: 'cluster', value: cluster },
        timeout: duration(0),
      },
    },
    metadata: routeMetadata(builtIn('a host outside the mesh is reached as the caller asked'), {
      grpcDeadlineMaxMs: 0,
    }),
  });
}

/** Answers every request itself. */
export function answerRoute(name: string, status: number, reason: string): Route {
  return create(RouteSchema, {
    name,
    match: routeMatch(undefined, 'proxy'),
    action: { case: 'directResponse', value: { status } },
    metadata: routeMetadata(builtIn(reason)),
  });
}
