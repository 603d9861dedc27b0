/** Api listeners of proxyless gRPC clients: one per service port, asked for by the name of the target. */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Generator } from '../context.ts';
import { filterMetadata } from '../messages/core.ts';
import { httpConnectionManager } from '../messages/network-filters.ts';
import { outboundClusterName } from '../names.ts';
import { weftStruct } from '../provenance.ts';

export const grpcApiListeners: Generator = (context) => {
  const { proxy, scope, emit } = context;
  if (proxy.type !== 'grpc') return;
  for (const service of scope.view.services) {
    if (!service.routable) continue;
    for (const port of service.ports) {
      const name = `${service.host}:${port.number}`;
      emit({
        type: 'listener',
        name,
        scope: 'grpc',
        inputs: [port],
        build() {
          const manager = httpConnectionManager(context, {
            statPrefix: name,
            routes: outboundClusterName(port.number, '', service.host),
            upgrades: [],
            side: undefined,
          });
          const message = create(ListenerSchema, {
            name,
            apiListener: { apiListener: anyPack(HttpConnectionManagerSchema, manager) },
            metadata: filterMetadata({ weft: weftStruct(port.from) }),
          });
          return { message };
        },
      });
    }
  }
};
