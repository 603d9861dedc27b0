/** A request told to a gRPC authoriser: envoy.service.auth.v3.CheckRequest. */

import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { createAddress, type Exchange, readAddress, withoutPortOf } from '@weft/data-runtime';
import { type Address, AddressSchema } from '@weft/xds-messages/envoy/config/core/v3/address';
import { type Metadata, MetadataSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import type {
  AttributeContext_HttpRequest,
  AttributeContext_Peer,
} from '@weft/xds-messages/envoy/service/auth/v3/attribute_context';
import { type CheckRequest, CheckRequestSchema } from '@weft/xds-messages/envoy/service/auth/v3/external_auth';
import type { CheckInput, HeaderFilter } from './verdict.ts';

export interface AttributeOptions {
  readonly sends: HeaderFilter;
  readonly includePeerCertificate: boolean;
  readonly includeTlsSession: boolean;
  readonly packAsBytes: boolean;
  /** Namespaces of dynamic metadata that go along. */
  readonly metadataNamespaces: readonly string[];
  /** Names the destination of a connection that does not know which certificate was shown to its client. */
  readonly ownUri: () => string | undefined;
}

type Init<T> = Partial<Omit<T, '$typeName' | '$unknown'>>;

export function checkRequest(exchange: Exchange, input: CheckInput, options: AttributeOptions): CheckRequest {
  const { connection } = exchange;
  const certificate = connection.peerCertificate();
  const source: Init<AttributeContext_Peer> = { address: addressOf(connection.remoteAddress) };
  if (certificate !== undefined) {
    source.principal = certificate.uris[0] ?? certificate.dnsNames[0] ?? certificate.subject;
    if (options.includePeerCertificate) source.certificate = encodeURIComponent(certificate.pem);
  }
  const destination: Init<AttributeContext_Peer> = { address: addressOf(connection.localAddress) };
  const own = connection.tls ? ownPrincipal(connection, options) : undefined;
  if (own !== undefined) destination.principal = own;
  return create(CheckRequestSchema, {
    attributes: {
      source,
      destination,
      request: { time: timestampFromMs(exchange.startedAtMs), http: httpRequest(exchange, input, options) },
      contextExtensions: { ...input.contextExtensions },
      metadataContext: metadataContext(exchange, options.metadataNamespaces),
      ...(options.includeTlsSession && connection.sni !== undefined ? { tlsSession: { sni: connection.sni } } : {}),
    },
  });
}

function ownPrincipal({ localCertificate }: Exchange['connection'], { ownUri }: AttributeOptions): string | undefined {
  if (localCertificate === undefined) return ownUri();
  const certificate = localCertificate();
  return certificate?.uris[0] ?? certificate?.dnsNames[0] ?? certificate?.subject;
}

function httpRequest(
  exchange: Exchange,
  input: CheckInput,
  options: AttributeOptions,
): Init<AttributeContext_HttpRequest> {
  const { request, method, authority, scheme, hasQuery } = exchange;
  const path = hasQuery ? `${exchange.path}?${exchange.query}` : exchange.path;
  const headers: Record<string, string> = {};
  const put = (name: string, value: string): void => {
    if (!options.sends(name)) return;
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = known === undefined ? value : `${known},${value}`;
  };
  put(':method', method);
  put(':path', path);
  put(':authority', authority);
  put(':scheme', scheme);
  const { fields } = request;
  for (let i = 0; i < fields.length; i += 2) put(fields[i] as string, fields[i + 1] as string);
  const http: Init<AttributeContext_HttpRequest> = {
    id: request.header('x-request-id') ?? '',
    method,
    path,
    host: authority,
    scheme,
    protocol: request.protocol,
    size: BigInt(request.framing === 'none' ? 0 : request.framing === 'length' ? request.contentLength : -1),
    headers,
  };
  if (input.body !== undefined) {
    headers['x-envoy-auth-partial-body'] = String(input.partial);
    if (options.packAsBytes) http.rawBody = new Uint8Array(input.body);
    else http.body = input.body.toString('utf8');
  }
  return http;
}

function metadataContext(exchange: Exchange, namespaces: readonly string[]): Metadata {
  const context = create(MetadataSchema);
  for (const namespace of namespaces) {
    const content = exchange.metadata?.get(namespace);
    // What stands in dynamic metadata came from JSON.
    if (content !== undefined) context.filterMetadata[namespace] = content as Metadata['filterMetadata'][string];
  }
  return context;
}

const parsed = createAddress();

function addressOf(text: string): Address {
  const port = Number(text.slice(text.lastIndexOf(':') + 1));
  const address = readAddress(text, parsed) ? withoutPortOf(text) : text;
  const portSpecifier = { case: 'portValue', value: Number.isInteger(port) ? port : 0 } as const;
  return create(AddressSchema, { address: { case: 'socketAddress', value: { address, portSpecifier } } });
}
