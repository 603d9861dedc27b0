/** x-forwarded-client-cert: who called, told to the application behind a proxy, in Envoy's five modes. */

import {
  type Exchange,
  type ForwardClientCert,
  type HttpFilter,
  type HttpHandlerTable,
  type PeerCertificate,
  removeField,
} from '@weft/data-runtime';

const header = 'x-forwarded-client-cert';

/**
 * HttpConnectionManager.forward_client_cert_details and set_current_client_cert_details. The text of a connection's client is made once.
 * Only `always-forward-only` believes a caller that showed no certificate.
 * @param ownUri SPIFFE URI of this proxy: of connections that do not know which certificate was shown to their client.
 */
export function createForwardedClientCert(
  table: Pick<HttpHandlerTable, 'clientCert'>,
  ownUri: () => string | undefined,
): HttpFilter {
  const settings = table.clientCert;
  const { mode } = settings;
  const sets = mode === 'append-forward' || mode === 'sanitize-set';
  return {
    name: 'forwarded-client-cert',
    onRequest(exchange) {
      if (mode === 'always-forward-only') return true;
      const { fields } = exchange.request;
      const authenticated = exchange.connection.peerCertificateHash !== undefined;
      if (!authenticated || mode === 'sanitize') {
        if (isThere(fields)) removeField(fields, header);
        return true;
      }
      if (!sets) return true;
      let element = exchange.kept.forwardedClientCert as string | undefined;
      if (element === undefined) {
        element = elementOf(exchange, settings, ownUri());
        exchange.kept.forwardedClientCert = element;
      }
      if (isThere(fields)) {
        if (mode === 'append-forward') element = `${exchange.request.header(header)},${element}`;
        removeField(fields, header);
      }
      fields.push(header, element);
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

/** By and Hash always; Cert, Chain, Subject, URI and DNS where they are asked for, in Envoy's order. */
function elementOf(exchange: Exchange, settings: ForwardClientCert, ownUri: string | undefined): string {
  const { connection } = exchange;
  const { localCertificate } = connection;
  const own = localCertificate === undefined ? ownUri : undefined;
  let text = own === undefined ? '' : `By=${quoted(own)};`;
  // Of the certificate that the listener showed, which need not be the workload's.
  for (const uri of localCertificate?.()?.uris ?? []) text += `By=${quoted(uri)};`;
  text += `Hash=${connection.peerCertificateHash ?? ''}`;
  const { cert, chain, subject, uri, dns } = settings;
  const certificate = cert || chain || subject || uri || dns ? connection.peerCertificate() : undefined;
  if (certificate === undefined) return text;
  if (cert) text += `;Cert="${escapedPem(certificate)}"`;
  if (chain) text += `;Chain="${escapedPem(certificate)}"`;
  if (subject) text += `;Subject="${certificate.subject}"`;
  if (uri)
    text += certificate.uris.length === 0 ? ';URI=' : certificate.uris.map((one) => `;URI=${quoted(one)}`).join('');
  if (dns) for (const name of certificate.dnsNames) text += `;DNS=${quoted(name)}`;
  return text;
}

/** A separator in a name must not begin another key. */
function quoted(name: string): string {
  return /[,;="]/.test(name) ? `"${name.replaceAll('"', '\\"')}"` : name;
}

function escapedPem(certificate: PeerCertificate): string {
  return certificate.pem.replace(
    /[\n +/=]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
