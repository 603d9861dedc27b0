/** Addresses, paths, request ids and client certificates of a connection manager. */

import {
  HttpConnectionManager_ForwardClientCertDetails as ClientCert,
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  type HttpConnectionManager,
} from '@weft/xds-messages/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { UuidRequestIdConfigSchema } from '@weft/xds-messages/envoy/extensions/request_id/uuid/v3/uuid';
import { unpack } from '../check/refuse.ts';
import type {
  DownstreamAddressing,
  ForwardClientCert,
  HttpHandlerTable,
  PathNormalization,
} from '../tables/http-handler.ts';
import { rangeTexts } from './address-range.ts';

/** Without `internal_address_config` no address is internal, as Envoy 1.33 and later have it. */
export function addressingOf(manager: HttpConnectionManager, where: string): DownstreamAddressing {
  return {
    useRemoteAddress: manager.useRemoteAddress === true,
    trustedHops: manager.xffNumTrustedHops,
    skipXffAppend: manager.skipXffAppend,
    internalRanges: rangeTexts(
      manager.internalAddressConfig?.cidrRanges ?? [],
      'internal_address_config.cidr_ranges',
      where,
    ),
  };
}

const escapedSlashes: Readonly<Record<EscapedSlashes, PathNormalization['escapedSlashes']>> = {
  [EscapedSlashes.IMPLEMENTATION_SPECIFIC_DEFAULT]: 'keep',
  [EscapedSlashes.KEEP_UNCHANGED]: 'keep',
  [EscapedSlashes.REJECT_REQUEST]: 'reject',
  [EscapedSlashes.UNESCAPE_AND_REDIRECT]: 'unescape-redirect',
  [EscapedSlashes.UNESCAPE_AND_FORWARD]: 'unescape-forward',
};

export function pathOf(manager: HttpConnectionManager): PathNormalization {
  return {
    normalize: manager.normalizePath === true,
    mergeSlashes: manager.mergeSlashes,
    escapedSlashes: escapedSlashes[manager.pathWithEscapedSlashesAction] ?? 'keep',
  };
}

/** UUIDs are the only kind. @throws WeftError `config_rejected` for another one. */
export function requestIdOf(manager: HttpConnectionManager, where: string): HttpHandlerTable['requestId'] {
  const config = manager.requestIdExtension?.typedConfig;
  const uuid =
    config === undefined ? undefined : unpack(config, UuidRequestIdConfigSchema, `${where}: request_id_extension`);
  return {
    generate: manager.generateRequestId !== false,
    preserveExternal: manager.preserveExternalRequestId,
    alwaysSetInResponse: manager.alwaysSetRequestIdInResponse,
    packTraceReason: uuid?.packTraceReason !== false,
    useForTraceSampling: uuid?.useRequestIdForTraceSampling !== false,
  };
}

const clientCertModes: Readonly<Record<ClientCert, ForwardClientCert['mode']>> = {
  [ClientCert.SANITIZE]: 'sanitize',
  [ClientCert.FORWARD_ONLY]: 'forward-only',
  [ClientCert.APPEND_FORWARD]: 'append-forward',
  [ClientCert.SANITIZE_SET]: 'sanitize-set',
  [ClientCert.ALWAYS_FORWARD_ONLY]: 'always-forward-only',
};

export function clientCertOf(manager: HttpConnectionManager): ForwardClientCert {
  const current = manager.setCurrentClientCertDetails;
  return {
    mode: clientCertModes[manager.forwardClientCertDetails] ?? 'sanitize',
    subject: current?.subject === true,
    cert: current?.cert === true,
    chain: current?.chain === true,
    dns: current?.dns === true,
    uri: current?.uri === true,
  };
}
