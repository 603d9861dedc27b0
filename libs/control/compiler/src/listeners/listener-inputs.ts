/** What every listener of a proxy is made from besides its own port: for the cache. */

import type { Context } from '../context.ts';
import { workloadInputs } from '../linkerd/workload.ts';
import { policyInputs } from '../policies/applied.ts';
import { accessLogInputs } from '../telemetry/access-logs.ts';
import { telemetryInputs } from '../telemetry/tracing.ts';

export function listenerInputs(context: Context): readonly unknown[] {
  const { proxy, world } = context;
  const { trustDomain, mesh } = world.input;
  return [
    proxy.labels,
    proxy.workloadName,
    proxy.namespace,
    trustDomain,
    mesh,
    world.index.hasSessions,
    ...telemetryInputs(context),
    ...accessLogInputs(context),
    ...policyInputs(context),
  ];
}

/** Of listeners that others call, which Linkerd's policies guard. */
export function inboundListenerInputs(context: Context): readonly unknown[] {
  const { proxy, world } = context;
  return [...listenerInputs(context), world.linkerd.of(proxy.namespace), ...workloadInputs(context)];
}
