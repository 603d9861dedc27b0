/** What all listeners that take connections have in common. */

import { create, type JsonObject, type MessageInitShape } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import { type Listener, ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type {
  Filter,
  FilterChainMatchSchema,
  FilterChainSchema,
  ListenerFilter,
} from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import type { Context } from '../context.ts';
import type { PortGuard } from '../linkerd/guard.ts';
import { duration, endpointAddress, filterMetadata } from '../messages/core.ts';
import { isGuarded, policyOrigins } from '../policies/applied.ts';
import { weftStruct } from '../provenance.ts';
import { listenerAccessLogs } from '../telemetry/access-logs.ts';
import { metricsMetadata } from '../telemetry/metrics.ts';
import { sideOf } from '../telemetry/side.ts';
import { ownWorkload } from '../workload-labels.ts';

export type ChainMatch = Exclude<MessageInitShape<typeof FilterChainMatchSchema>, { $typeName: string }>;

/** How connections that match are taken. */
export interface Chain {
  readonly name?: string;
  /** Absent: every connection. */
  readonly match?: ChainMatch;
  readonly filters: readonly Filter[];
  /** Plain text where absent. */
  readonly transportSocket?: TransportSocket;
}

export interface ListenerOptions {
  readonly context: Context;
  readonly name: string;
  /** An IP address, or "unix:///path". */
  readonly bind: string;
  readonly port: number;
  readonly inbound: boolean;
  readonly chains: readonly Chain[];
  readonly defaultChain?: Chain;
  /** In order; without them a connection's bytes are not looked at. */
  readonly listenerFilters?: readonly ListenerFilter[];
  /** How long they wait for bytes; 0: for ever. */
  readonly detectionTimeoutMs?: number;
  /** virtual: takes connections that another listener hands on; redirect: hands them on by their original destination. */
  readonly capture?: 'virtual' | 'redirect' | undefined;
  readonly transparent?: boolean;
  readonly from: Provenance;
  /** Linkerd's policies of its ports. */
  readonly guards?: readonly (PortGuard | undefined)[];
}

export function listener(options: ListenerOptions): Listener {
  const { context, name, bind, port, from, listenerFilters = [], capture } = options;
  const { proxy } = context;
  const metrics = proxy.type === 'grpc' ? {} : metricsMetadata(context, sideOf(context, options.inbound));
  const filterChain = (chain: Chain): ChainShape => filterChainOf(chain, metrics);
  return create(ListenerSchema, {
    name,
    address: endpointAddress(bind, port),
    trafficDirection: options.inbound ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    filterChains: options.chains.map(filterChain),
    ...(options.defaultChain === undefined ? {} : { defaultFilterChain: filterChain(options.defaultChain) }),
    ...(listenerFilters.length === 0
      ? {}
      : {
          listenerFilters: [...listenerFilters],
          listenerFiltersTimeout: duration(options.detectionTimeoutMs ?? 0),
          continueOnListenerFiltersTimeout: true,
        }),
    ...(capture === 'virtual' ? { bindToPort: false } : {}),
    ...(capture === 'redirect' ? { useOriginalDst: true } : {}),
    ...(options.transparent === true ? { transparent: true } : {}),
    // A proxyless server logs by itself.
    ...(proxy.type === 'grpc' ? {} : { accessLog: listenerAccessLogs(context, sideOf(context, options.inbound)) }),
    metadata: filterMetadata({
      weft: weftStruct(from, {
        ...policiesOf(options),
        workload: ownWorkload(proxy.labels, proxy.workloadName, proxy.namespace),
      }),
    }),
  });
}

/** Of listeners that take connections from others. */
function policiesOf({ context, inbound, guards = [] }: ListenerOptions): JsonObject {
  if (!isGuarded(sideOf(context, inbound))) return {};
  const policies = { ...policyOrigins(context), ...Object.assign({}, ...guards.map((guard) => guard?.origins)) };
  return Object.keys(policies).length === 0 ? {} : { policies };
}

type ChainShape = Exclude<MessageInitShape<typeof FilterChainSchema>, { $typeName: string }>;

function filterChainOf(chain: Chain, metrics: JsonObject): ChainShape {
  const { name, match, filters, transportSocket } = chain;
  return {
    ...(name === undefined ? {} : { name }),
    ...(match === undefined ? {} : { filterChainMatch: match }),
    filters: [...filters],
    ...(transportSocket === undefined ? {} : { transportSocket }),
    ...(Object.keys(metrics).length === 0 ? {} : { metadata: filterMetadata({ weft: metrics }) }),
  };
}
