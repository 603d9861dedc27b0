/** What all listeners that take connections have in common. */

import { create } from '@bufbuild/protobuf';
import type { ProxyDescription } from '@weft/control-registry';
import type { Provenance } from '@weft/kernel';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import { TrafficDirection } from '@weft/xds-messages/envoy/config/core/v3/base';
import { type Listener, ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import type { Filter } from '@weft/xds-messages/envoy/config/listener/v3/listener_components';
import { filterMetadata, socketAddress } from '../messages/core.ts';
import { listenerName } from '../names.ts';
import { weftStruct } from '../provenance.ts';
import { ownWorkload } from '../workload-labels.ts';

export interface ListenerOptions {
  readonly proxy: ProxyDescription;
  readonly bind: string;
  readonly port: number;
  readonly inbound: boolean;
  readonly filter: Filter;
  /** Plain text where absent. */
  readonly transportSocket?: TransportSocket;
  readonly from: Provenance;
}

export function listener(options: ListenerOptions): Listener {
  const { proxy, bind, port, filter, transportSocket, from } = options;
  return create(ListenerSchema, {
    name: listenerName(bind, port),
    address: socketAddress(bind, port),
    trafficDirection: options.inbound ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    filterChains: [{ filters: [filter], ...(transportSocket === undefined ? {} : { transportSocket }) }],
    metadata: filterMetadata({
      weft: weftStruct(from, { workload: ownWorkload(proxy.labels, proxy.workloadName, proxy.namespace) }),
    }),
  });
}
