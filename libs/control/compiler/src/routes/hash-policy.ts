/** What of a request is hashed where a DestinationRule asks for consistent hashing. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { ConsistentHash, Destination, TrafficPolicy } from '@weft/model';
import {
  type RouteAction_HashPolicy,
  RouteAction_HashPolicySchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import type { DestinationPolicy } from '../destination-rules.ts';
import { duration } from '../messages/core.ts';
import type { RouteScope } from './scope.ts';

/** The port of a subset before the subset, that before the port, that before the whole; ports count where the rule writes one. */
export function destinationHash(scope: RouteScope, destination: Destination): ConsistentHash | undefined {
  const policy = policyOf(scope, destination.host);
  const port = destination.port?.number;
  const subset = policy?.subsets.get(destination.subset ?? '')?.subset.trafficPolicy;
  return (
    ofPort(subset, port) ??
    subset?.loadBalancer?.consistentHash ??
    ofPort(policy?.trafficPolicy, port) ??
    policy?.trafficPolicy?.loadBalancer?.consistentHash
  );
}

/** Of a service port that no VirtualService speaks for. */
export function serviceHash(scope: RouteScope, host: string, port: number): ConsistentHash | undefined {
  const policy = policyOf(scope, host)?.trafficPolicy;
  return ofPort(policy, port) ?? policy?.loadBalancer?.consistentHash;
}

/** Undefined for what a proxyless client cannot hash. */
export function hashPolicy(hash: ConsistentHash, { dialect }: RouteScope): RouteAction_HashPolicy | undefined {
  const { httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName } = hash;
  if (httpHeaderName !== undefined) {
    return of({ case: 'header', value: { headerName: httpHeaderName } });
  }
  if (dialect === 'grpc') return undefined;
  if (httpCookie !== undefined) {
    const { name, path, ttlMs, attributes = [] } = httpCookie;
    return of({
      case: 'cookie',
      value: {
        name,
        ...(path === undefined ? {} : { path }),
        ...(ttlMs === undefined ? {} : { ttl: duration(ttlMs) }),
        attributes: attributes.map((attribute) => ({ name: attribute.name, value: attribute.value ?? '' })),
      },
    });
  }
  if (httpQueryParameterName !== undefined) {
    return of({ case: 'queryParameter', value: { name: httpQueryParameterName } });
  }
  if (useSourceIp !== undefined) return of({ case: 'connectionProperties', value: { sourceIp: useSourceIp } });
  return undefined;
}

type Specifier = Exclude<MessageInitShape<typeof RouteAction_HashPolicySchema>['policySpecifier'], undefined>;

function of(policySpecifier: Specifier): RouteAction_HashPolicy {
  return create(RouteAction_HashPolicySchema, { policySpecifier });
}

function ofPort(policy: TrafficPolicy | undefined, port: number | undefined): ConsistentHash | undefined {
  if (port === undefined) return undefined;
  return policy?.portLevelSettings?.find((setting) => setting.port.number === port)?.loadBalancer?.consistentHash;
}

function policyOf(scope: RouteScope, host: string): DestinationPolicy | undefined {
  const service = scope.services.get(host);
  if (service === undefined) return undefined;
  return scope.world.policy(host, scope.clientNamespace, service.namespace, scope.clientLabels);
}
