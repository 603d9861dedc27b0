/** The headers that a proxy adds, believes and hides: Istio's defaults, and what ProxyConfig says of them (core/listener.go). */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ForwardClientCertDetails, ProxyConfigDefaults } from '@weft/model';
import {
  HttpConnectionManager_ForwardClientCertDetails as Forwarded,
  type HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { Side } from './side.ts';

type ManagerInit = Extract<MessageInitShape<typeof HttpConnectionManagerSchema>, { $typeName?: never }>;

/** @param serverName Istio's, where the operator does not want another. */
export function headerSettings(
  { proxyHeaders, gatewayTopology }: ProxyConfigDefaults,
  side: Side,
  serverName: string | undefined,
): ManagerInit {
  return {
    useRemoteAddress: side === 'gateway',
    ...server(proxyHeaders.server, serverName),
    ...(proxyHeaders.requestId?.disabled === true ? { generateRequestId: false } : {}),
    ...(side === 'outbound' ? {} : clientCertificate({ proxyHeaders, gatewayTopology }, side)),
    ...(side === 'gateway' && gatewayTopology.numTrustedProxies > 0
      ? { xffNumTrustedHops: gatewayTopology.numTrustedProxies }
      : {}),
  };
}

function server(wanted: ProxyConfigDefaults['proxyHeaders']['server'], serverName: string | undefined): ManagerInit {
  if (wanted?.disabled === true) return { serverHeaderTransformation: ServerHeader.PASS_THROUGH };
  const name = wanted?.value || serverName;
  return name === undefined ? {} : { serverName: name };
}

function clientCertificate(
  { proxyHeaders, gatewayTopology }: Pick<ProxyConfigDefaults, 'proxyHeaders' | 'gatewayTopology'>,
  side: 'inbound' | 'gateway',
): ManagerInit {
  const gateway = side === 'gateway' ? forwarded(gatewayTopology.forwardClientCertDetails) : undefined;
  const own = side === 'gateway' ? Forwarded.SANITIZE_SET : Forwarded.APPEND_FORWARD;
  const named = { subject: true, uri: true, dns: true, ...(side === 'gateway' ? { cert: true } : {}) };
  const details = proxyHeaders.setCurrentClientCertDetails;
  return {
    forwardClientCertDetails: forwarded(proxyHeaders.forwardedClientCert) ?? gateway ?? own,
    setCurrentClientCertDetails: details === undefined ? named : written(details),
  };
}

type Details = NonNullable<ProxyConfigDefaults['proxyHeaders']['setCurrentClientCertDetails']>;

function written({ subject, cert = false, chain = false, dns = false, uri = false }: Details) {
  return { ...(subject === undefined ? {} : { subject }), cert, chain, dns, uri };
}

/** Nothing where nothing is said. */
function forwarded(details: ForwardClientCertDetails): Forwarded | undefined {
  switch (details) {
    case 'SANITIZE':
      return Forwarded.SANITIZE;
    case 'FORWARD_ONLY':
      return Forwarded.FORWARD_ONLY;
    case 'APPEND_FORWARD':
      return Forwarded.APPEND_FORWARD;
    case 'SANITIZE_SET':
      return Forwarded.SANITIZE_SET;
    case 'ALWAYS_FORWARD_ONLY':
      return Forwarded.ALWAYS_FORWARD_ONLY;
    case 'UNDEFINED':
      return undefined;
  }
}
