/** x-forwarded-client-cert: who called, told to the application behind a sidecar (Envoy's APPEND_FORWARD, as Istio sets it). */

import type { HttpFilter } from '@weft/data-runtime';
import { removeField } from '../fields.ts';

const header = 'x-forwarded-client-cert';

/**
 * Appends this connection's client to what the client itself forwarded; both are taken off where it showed no certificate.
 * @param ownUri SPIFFE URI of this proxy.
 */
export function createForwardedClientCert(ownUri: () => string | undefined): HttpFilter {
  return {
    name: 'forwarded-client-cert',
    onRequest(exchange) {
      const { connection, kept, request } = exchange;
      const { fields } = request;
      const { peerUri, peerCertificateHash } = connection;
      const forwarded = isThere(fields);
      if (peerUri === undefined || peerCertificateHash === undefined) {
        if (forwarded) removeField(fields, header);
        return true;
      }
      let element = kept.forwardedClientCert as string | undefined;
      if (element === undefined) {
        element = elementOf(ownUri(), peerCertificateHash, peerUri);
        kept.forwardedClientCert = element;
      }
      if (forwarded) {
        element = `${request.header(header)},${element}`;
        removeField(fields, header);
      }
      fields.push(header, element);
      return true;
    },
  };
}

/** Takes the header off: on the way out only the mesh itself may say who calls (Envoy's SANITIZE). */
export function createClientCertRemoval(): HttpFilter {
  return {
    name: 'client-cert-removal',
    onRequest(exchange) {
      const { fields } = exchange.request;
      if (isThere(fields)) removeField(fields, header);
      return true;
    },
  };
}

function isThere(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length === 23 && name === header) return true;
  }
  return false;
}

/** A certificate of the mesh has no subject. */
function elementOf(ownUri: string | undefined, hash: string, peerUri: string): string {
  const by = ownUri === undefined ? '' : `By=${quoted(ownUri)};`;
  return `${by}Hash=${hash};Subject="";URI=${quoted(peerUri)}`;
}

/** No SPIFFE URI holds a quote; a separator in one must not begin another key. */
function quoted(uri: string): string {
  return /[,;=]/.test(uri) ? `"${uri}"` : uri;
}
