/** Which traffic of a proxy is spoken of, in the words of listeners and in those of Telemetry. */

import type { TrafficSide } from '@weft/model';
import type { Context } from '../context.ts';
import type { WorkloadTelemetry } from './workload-telemetry.ts';

export type Side = 'inbound' | 'outbound' | 'gateway';

/** A gateway is a client of the services behind it. */
export function trafficSide(side: Side): TrafficSide {
  return side === 'inbound' ? 'SERVER' : 'CLIENT';
}

/** Of a listener, by its direction. */
export function sideOf({ proxy }: Context, inbound: boolean): Side {
  if (inbound) return 'inbound';
  return proxy.type === 'router' ? 'gateway' : 'outbound';
}

export function telemetriesOf({ world, proxy }: Context): WorkloadTelemetry {
  return world.telemetries.of(proxy);
}
