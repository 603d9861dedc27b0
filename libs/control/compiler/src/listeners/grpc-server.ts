/** Listeners of proxyless gRPC servers, asked for by the address that the server has bound (Istio, grpcgen lds). */

import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { Provenance } from '@weft/kernel';
import { type TransportSocket, TransportSocketSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { RouterSchema } from '@weft/xds-messages/envoy/extensions/filters/http/router/v3/router';
import { HttpConnectionManagerSchema } from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { DownstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { Generator } from '../context.ts';
import { portsOf } from '../ingress.ts';
import { unguardedNotices } from '../linkerd/port-guard.ts';
import { httpFilter } from '../messages/network-filters.ts';
import { inboundMode, type MutualTlsMode } from '../policies/peer-authentication.ts';
import { type Chain, listener } from './listener.ts';
import { inboundListenerInputs } from './listener-inputs.ts';

const prefix = 'xds.istio.io/grpc/lds/inbound/';

/** A server that binds every address says so: nobody but it knows which. */
const everywhere = ['0.0.0.0', '[::]'];

export const grpcServerListeners: Generator = (context) => {
  const { proxy, emit } = context;
  if (proxy.type !== 'grpc') return;
  const own = proxy.addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
  for (const { port, from } of portsOf(context)) {
    const mode = inboundMode(context, port);
    for (const host of [...everywhere, ...own]) {
      const name = `${prefix}${host}:${port}`;
      emit({
        type: 'listener',
        name,
        scope: proxy.id,
        inputs: [...inboundListenerInputs(context), from, mode],
        build: () => ({
          notices: unguardedNotices(context, { number: port, name: '' }),
          message: listener({
            context,
            name,
            bind: host.replace(/[[\]]/g, ''),
            port,
            inbound: true,
            chains: [serverChain(mode, from)],
            from,
          }),
        }),
      });
    }
  }
};

/** A server cannot tell TLS from plain text on one port: PERMISSIVE is plain text, as at Istio's. */
function serverChain(mode: MutualTlsMode, from: Provenance): Chain {
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: 'inbound',
    routeSpecifier: {
      case: 'routeConfig',
      value: create(RouteConfigurationSchema, {
        name: 'inbound',
        virtualHosts: [
          {
            name: 'inbound',
            domains: ['*'],
            routes: [
              {
                match: { pathSpecifier: { case: 'prefix', value: '/' } },
                action: { case: 'nonForwardingAction', value: {} },
                decorator: { operation: from.rule },
              },
            ],
          },
        ],
      }),
    },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  });
  return {
    name: 'inbound',
    filters: [httpFilter(manager)],
    ...(mode === 'STRICT' ? { transportSocket: providedTls() } : {}),
  };
}

/** The certificate and the roots come from the provider that the server's bootstrap names. */
function providedTls(): TransportSocket {
  const context = create(DownstreamTlsContextSchema, {
    requireClientCertificate: true,
    commonTlsContext: {
      tlsCertificateProviderInstance: { instanceName: 'default', certificateName: 'default' },
      validationContextType: {
        case: 'combinedValidationContext',
        value: {
          defaultValidationContext: {
            caCertificateProviderInstance: { instanceName: 'default', certificateName: 'ROOTCA' },
          },
        },
      },
    },
  });
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: anyPack(DownstreamTlsContextSchema, context) },
  });
}
