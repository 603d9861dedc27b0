/** Both connections of an exchange: addresses, names, certificates. */

import type { ConnectionInfo, PeerCertificate } from '../../connection-info.ts';
import type { Exchange } from '../../exchange.ts';
import { type Change, type CreateOperand, filled, number, text } from '../operand.ts';

const connection = (read: (connection: ConnectionInfo) => string | undefined): CreateOperand => {
  return () => text((exchange) => read(exchange.connection));
};

const peer = (read: (certificate: PeerCertificate) => string): CreateOperand => {
  return () =>
    text(({ connection: { peerCertificate } }) => {
      const certificate = peerCertificate();
      return certificate === undefined ? undefined : filled(read(certificate));
    });
};

const local = (read: (certificate: PeerCertificate) => string): CreateOperand => {
  return () =>
    text(({ connection: { localCertificate } }) => {
      const certificate = localCertificate?.();
      return certificate === undefined ? undefined : filled(read(certificate));
    });
};

const upstream = (read: (exchange: Exchange) => string | undefined): CreateOperand => {
  return () => text(read);
};

export const connectionOperators: Readonly<Record<string, CreateOperand>> = {
  ...addresses('DOWNSTREAM_REMOTE', (exchange) => exchange.downstreamAddress),
  ...addresses('DOWNSTREAM_DIRECT_REMOTE', (exchange) => exchange.connection.directRemoteAddress),
  ...addresses('DOWNSTREAM_LOCAL', (exchange) => exchange.connection.localAddress),
  ...addresses('DOWNSTREAM_DIRECT_LOCAL', (exchange) => exchange.connection.localAddress),
  ...addresses('UPSTREAM_REMOTE', (exchange) => exchange.endpoint?.hostPort ?? '', 'often'),
  ...addresses('UPSTREAM_LOCAL', (exchange) => exchange.upstreamLocalAddress, 'often'),
  REQUESTED_SERVER_NAME: connection(({ sni }) => sni),
  DOWNSTREAM_TLS_VERSION: connection(({ tlsVersion }) => filled(tlsVersion)),
  // The verified identity is known without reading the certificate.
  DOWNSTREAM_PEER_URI_SAN: connection(({ peerUri, peerCertificate }) => peerUri ?? joined(peerCertificate()?.uris)),
  DOWNSTREAM_PEER_DNS_SAN: peer(({ dnsNames }) => dnsNames.join(',')),
  DOWNSTREAM_PEER_SUBJECT: peer(({ subject }) => subject),
  DOWNSTREAM_PEER_ISSUER: peer(({ issuer }) => issuer),
  DOWNSTREAM_PEER_SERIAL: peer(({ serial }) => serial),
  DOWNSTREAM_PEER_FINGERPRINT_256: connection(({ peerCertificateHash }) => peerCertificateHash),
  DOWNSTREAM_PEER_CERT: peer(({ pem }) => encodeURIComponent(pem)),
  DOWNSTREAM_LOCAL_URI_SAN: local(({ uris }) => uris.join(',')),
  DOWNSTREAM_LOCAL_DNS_SAN: local(({ dnsNames }) => dnsNames.join(',')),
  DOWNSTREAM_LOCAL_SUBJECT: local(({ subject }) => subject),
  UPSTREAM_HOST: () => text(({ endpoint }) => endpoint?.hostPort, 'often'),
  UPSTREAM_HOST_NAME: upstream(({ endpoint }) =>
    endpoint === undefined ? undefined : (filled(endpoint.hostname) ?? endpoint.hostPort),
  ),
  UPSTREAM_CLUSTER: upstream(({ cluster }) => cluster?.name),
  UPSTREAM_CLUSTER_RAW: upstream(({ cluster }) => cluster?.name),
  UPSTREAM_PROTOCOL: upstream(({ upstreamProtocol }) => filled(upstreamProtocol)),
  UPSTREAM_PEER_URI_SAN: upstream(({ upstreamPeerUri }) => upstreamPeerUri),
  UPSTREAM_TRANSPORT_FAILURE_REASON: upstream(({ transportFailure }) => filled(transportFailure)),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: () => number(({ attempts }) => attempts),
  CONNECTION_ID: () => number(connectionId),
  // Only a connection that carried no request has some.
  CONNECTION_TERMINATION_DETAILS: () => text(({ connectionTermination = '' }) => filled(connectionTermination)),
};

function addresses(
  name: string,
  read: (exchange: Exchange) => string,
  change: Change = 'seldom',
): Record<string, CreateOperand> {
  const port = (exchange: Exchange): number | undefined => {
    const address = read(exchange);
    return address === '' ? undefined : Number(address.slice(address.lastIndexOf(':') + 1));
  };
  const host = (exchange: Exchange): string | undefined => {
    const address = read(exchange);
    const end = address.lastIndexOf(':');
    const bare = end < 0 ? address : address.slice(0, end);
    return filled(bare.startsWith('[') ? bare.slice(1, -1) : bare);
  };
  return {
    [`${name}_ADDRESS`]: () => text((exchange) => filled(read(exchange)), change),
    [`${name}_ADDRESS_WITHOUT_PORT`]: () => text(host, change),
    [`${name}_PORT`]: () => number(port, change),
  };
}

function joined(values: readonly string[] | undefined): string | undefined {
  return values === undefined ? undefined : filled(values.join(','));
}

let lastConnectionId = -1;

/** Given out when it is first asked for, in each process from 0. */
function connectionId({ kept }: Exchange): number {
  const known = kept['connectionId'];
  if (typeof known === 'number') return known;
  lastConnectionId += 1;
  kept['connectionId'] = lastConnectionId;
  return lastConnectionId;
}
