/** Transport sockets: TLS on both sides, or plain text. */

import { anyIs } from '@bufbuild/protobuf/wkt';
import type { TransportSocket } from '@weft/xds-messages/envoy/config/core/v3/base';
import { RawBufferSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer';
import {
  DownstreamTlsContextSchema,
  DownstreamTlsContext_OcspStaplePolicy as OcspStaplePolicy,
  UpstreamTlsContextSchema,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { refuse, unpack } from '../check/refuse.ts';
import { milliseconds } from '../duration.ts';
import { rootsSecretName } from '../secrets/names.ts';
import type { DownstreamTls, UpstreamTls } from '../tables/tls.ts';
import type { SanRule } from './san-matcher.ts';
import { compileBounds, compileMaterial, type SocketSecrets } from './tls-material.ts';

/** A socket with the secrets that it points to; nothing: plain text. */
export interface CompiledSocket<Tls> {
  readonly tls: Tls;
  readonly secrets: SocketSecrets;
}

/** What the options of a cluster's HTTP say of SNI; they stand beside the socket. */
export interface AutoNames {
  readonly autoSni: boolean;
  readonly autoSan: boolean;
}

/** Nothing: plain text. @param auto of HttpProtocolOptions.upstream_http_protocol_options. @throws WeftError `config_rejected` */
export function compileUpstreamTls(
  socket: TransportSocket | undefined,
  where: string,
  auto: AutoNames = { autoSni: false, autoSan: false },
): UpstreamTls | undefined {
  return compileUpstreamSocket(socket, where, auto)?.tls;
}

/** As `compileUpstreamTls`, with the secrets. */
export function compileUpstreamSocket(
  socket: TransportSocket | undefined,
  where: string,
  auto: AutoNames = { autoSni: false, autoSan: false },
): CompiledSocket<UpstreamTls> | undefined {
  if (isPlain(socket, where)) return undefined;
  const at = `${where}: transport_socket`;
  const context = unpack(socket?.configType.value, UpstreamTlsContextSchema, at);
  const common = context.commonTlsContext ?? refuse(at, 'common_tls_context is missing');
  const material = compileMaterial(common, at);
  const { certificate, roots, sans } = material;
  const judged = material.verifies && !material.acceptUntrusted;
  if (!judged && sans.length > 0) refuse(at, 'subject alt names without a verified chain prove nothing');
  const mesh = judged && roots === rootsSecretName && sans.every((san) => isSpiffe(san, 'exact'));
  const tls: UpstreamTls = {
    certificate,
    roots: judged ? roots : undefined,
    verify: mesh ? 'mesh' : judged ? 'public' : 'none',
    sni: context.sni,
    ...auto,
    alpn: common.alpnProtocols,
    expectedUris: mesh ? sans.map((san) => san.value) : [],
    sans: mesh ? [] : sans,
    ...compileBounds(common.tlsParams, at),
  };
  return { tls, secrets: material.secrets };
}

/** Nothing: plain text. @throws WeftError `config_rejected` */
export function compileDownstreamSocket(
  socket: TransportSocket | undefined,
  where: string,
): CompiledSocket<DownstreamTls> | undefined {
  if (isPlain(socket, where)) return undefined;
  const at = `${where}: transport_socket`;
  const context = unpack(socket?.configType.value, DownstreamTlsContextSchema, at);
  const common = context.commonTlsContext ?? refuse(at, 'common_tls_context is missing');
  const material = compileMaterial(common, at);
  const { certificate, roots, sans, verifies } = material;
  if (certificate === undefined) refuse(at, 'a certificate is missing');
  if (material.acceptUntrusted) refuse(at, 'trust_chain_verification ACCEPT_UNTRUSTED is not supported');
  if (context.ocspStaplePolicy !== OcspStaplePolicy.LENIENT_STAPLING) {
    refuse(at, 'ocsp_staple_policy: only LENIENT_STAPLING is supported');
  }
  if (!verifies && sans.length > 0) refuse(at, 'subject alt names without a verified chain prove nothing');
  const requireClientCertificate = context.requireClientCertificate === true;
  if (requireClientCertificate && !verifies) refuse(at, 'require_client_certificate: the peer would not be verified');
  const mesh = verifies && roots === rootsSecretName && sans.every((san) => isSpiffe(san, 'prefix'));
  const stateless = context.sessionTicketKeysType;
  const tls: DownstreamTls = {
    certificate,
    roots,
    alpn: common.alpnProtocols,
    clientCertificate: mesh ? 'mesh' : verifies ? 'public' : 'none',
    requireClientCertificate,
    allowedUriPrefixes: mesh ? sans.map((san) => san.value) : [],
    sans: mesh ? [] : sans,
    ...compileBounds(common.tlsParams, at),
    sessionTickets: !(stateless.case === 'disableStatelessSessionResumption' && stateless.value),
    sessionLifeSeconds: Math.trunc(milliseconds(context.sessionTimeout, 0) / 1_000),
  };
  return { tls, secrets: material.secrets };
}

function isPlain(socket: TransportSocket | undefined, where: string): boolean {
  const config = socket?.configType;
  if (config?.value === undefined) return true;
  if (!anyIs(config.value, RawBufferSchema)) return false;
  unpack(config.value, RawBufferSchema, where);
  return true;
}

/** The mesh's own way to name peers; any other matcher is judged name by name. */
function isSpiffe(san: SanRule, kind: SanRule['kind']): boolean {
  return san.type === 'uri' && san.kind === kind && !san.ignoreCase;
}
