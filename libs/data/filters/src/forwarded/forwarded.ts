/** x-forwarded-for and x-forwarded-proto, as Envoy fills them under Istio's settings. */

import type { HttpFilter } from '@weft/data-runtime';
import { removeField, setField } from '../fields.ts';

/** Headers that only the mesh may say; a client outside could pretend. */
const internalOnly = [
  'x-envoy-internal',
  'x-envoy-external-address',
  'x-envoy-peer-metadata',
  'x-envoy-peer-metadata-id',
  'x-envoy-original-path',
  'x-weft-reason',
] as const;

/**
 * @param edge true at a gateway: the client's address is appended and the scheme is what this connection has; internal headers
 * are taken off. False in a sidecar: what the gateway said stays, a missing scheme is added.
 */
export function createForwarded(edge: boolean): HttpFilter {
  return {
    name: 'forwarded',
    onRequest(exchange) {
      const fields = exchange.request.fields;
      const scheme = exchange.connection.tls && edge ? 'https' : 'http';
      if (!edge) {
        for (let i = 0; i < fields.length; i += 2) if (fields[i] === 'x-forwarded-proto') return true;
        fields.push('x-forwarded-proto', scheme);
        return true;
      }
      for (let i = fields.length - 2; i >= 0; i -= 2) {
        const name = fields[i] as string;
        if (name.startsWith('x-') && (internalOnly as readonly string[]).includes(name)) removeField(fields, name);
      }
      const address = hostOf(exchange.connection.remoteAddress);
      const known = exchange.request.header('x-forwarded-for');
      setField(fields, 'x-forwarded-for', known === undefined ? address : `${known},${address}`);
      setField(fields, 'x-forwarded-proto', scheme);
      return true;
    },
  };
}

/** @param address "10.0.0.1:80" or "[::1]:80". */
function hostOf(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = colon < 0 ? address : address.substring(0, colon);
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
