/** Where a sidecar takes its application's traffic as an explicit HTTP proxy. */

import type { Generator } from '../context.ts';
import { httpConnectionManager, httpFilter } from '../messages/network-filters.ts';
import { egressRouteName, listenerName, outboundCapturePort } from '../names.ts';
import { builtIn } from '../provenance.ts';
import { listener } from './listener.ts';
import { listenerInputs } from './listener-inputs.ts';

export const egressListener: Generator = (context) => {
  const { proxy, emit } = context;
  const egress = proxy.egressProxy;
  if (proxy.type !== 'sidecar' || egress === undefined) return;
  if (proxy.interception !== 'NONE' && egress.port === outboundCapturePort) return;
  emit({
    type: 'listener',
    name: listenerName(egress.bind, egress.port),
    scope: proxy.id,
    inputs: listenerInputs(context),
    build: () => ({
      message: listener({
        context,
        name: listenerName(egress.bind, egress.port),
        bind: egress.bind,
        port: egress.port,
        inbound: false,
        chains: [
          {
            filters: [
              httpFilter(
                httpConnectionManager(context, {
                  statPrefix: `outbound_${egress.bind}_${egress.port}`,
                  routes: egressRouteName,
                  upgrades: ['websocket', 'CONNECT'],
                  allowAbsoluteUrl: true,
                  serverName: 'envoy',
                  side: 'outbound',
                }),
              ),
            ],
          },
        ],
        from: builtIn('the sidecar is an explicit HTTP proxy for its application'),
      }),
    }),
  });
};
