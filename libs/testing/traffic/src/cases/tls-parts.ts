/** Listeners with TLS, for the areas that need one. */

import type { JsonObject } from '@bufbuild/protobuf';
import { tlsMaterial, trustedRootsPem } from '../tls-material.ts';
import { filter, httpManager, route } from './parts.ts';

type Name = keyof typeof tlsMaterial;

const common = (as: Name, more: JsonObject = {}): JsonObject => ({
  tls_certificates: [
    {
      certificate_chain: { inline_string: tlsMaterial[as].certChainPem },
      private_key: { inline_string: tlsMaterial[as].privateKeyPem },
    },
  ],
  alpn_protocols: ['h2', 'http/1.1'],
  ...more,
});

export const trust: JsonObject = { validation_context: { trusted_ca: { inline_string: trustedRootsPem } } };

/** transport_socket of a chain. */
export function serverTls(as: Name, more: JsonObject = {}, tls: JsonObject = {}): JsonObject {
  return {
    transport_socket: filter('tls', 'extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      common_tls_context: common(as, tls),
      ...more,
    }),
  };
}
export const mutual = serverTls('server', { require_client_certificate: true }, trust);
export const inspector = {
  listener_filters: [
    filter('envoy.filters.listener.tls_inspector', 'extensions.filters.listener.tls_inspector.v3.TlsInspector'),
  ],
};
export const chains = (...filter_chains: JsonObject[]): JsonObject => ({ ...inspector, filter_chains });
export const to = (cluster: string, more: JsonObject = {}): JsonObject => ({
  filters: [httpManager([route(cluster)], more)],
});
