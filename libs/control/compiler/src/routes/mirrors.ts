/** Copies of requests: one policy for each mirror that gets any. */

import { create } from '@bufbuild/protobuf';
import type { Destination, Percent } from '@weft/model';
import {
  type RouteAction_RequestMirrorPolicy,
  RouteAction_RequestMirrorPolicySchema,
} from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { originOf, type PlacedRule } from '../virtual-services/placed-rule.ts';
import { destinationCluster } from './destination.ts';
import { runtimePercent } from './percent.ts';
import type { RouteScope } from './scope.ts';

/** The host of a copy is that of the request, and copies are no part of its trace. A percentage of 0: none. */
export function mirrorPolicies(scope: RouteScope, { rule, origin }: PlacedRule): RouteAction_RequestMirrorPolicy[] {
  const policies: RouteAction_RequestMirrorPolicy[] = [];
  const add = (destination: Destination, percentage: Percent | undefined, path: string): void => {
    if (percentage !== undefined && !(percentage.value > 0)) return;
    policies.push(
      create(RouteAction_RequestMirrorPolicySchema, {
        cluster: destinationCluster(scope, destination, originOf(origin, path)),
        runtimeFraction: runtimePercent(percentage),
        traceSampled: false,
        disableShadowHostSuffixAppend: true,
      }),
    );
  };
  if (rule.mirror !== undefined) add(rule.mirror, rule.mirrorPercentage, 'mirror');
  for (const [index, mirror] of (rule.mirrors ?? []).entries()) {
    add(mirror.destination, mirror.percentage, `mirrors[${index}]`);
  }
  return policies;
}
