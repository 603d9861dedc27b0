/** How the ext_authz filter is made from its message. */

import {
  type Callouts,
  compileMetadataTest,
  compileTextTest,
  type FilterContext,
  type HttpFilterKind,
  milliseconds,
  refuse,
  runtimeShareOf,
  unpack,
} from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import type { MetricRegistry } from '@weft/telemetry';
import { ApiVersion } from '@weft/xds-messages/envoy/config/core/v3/config_source';
import {
  type BufferSettings,
  type ExtAuthz,
  ExtAuthzPerRouteSchema,
  ExtAuthzSchema,
  type HttpService,
} from '@weft/xds-messages/envoy/extensions/filters/http/ext_authz/v3/ext_authz';
import type { ListStringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { type BodySettings, createExtAuthz, type ExtAuthzPerRoute, type ExtAuthzSettings } from './ext-authz.ts';
import { createGrpcCheck } from './grpc-check.ts';
import { createHttpCheck, type NameTest } from './http-check.ts';
import { extAuthzFields } from './supported.ts';
import type { Check, HeaderFilter } from './verdict.ts';

export interface ExtAuthzDeps {
  readonly random: Random;
  readonly registry: MetricRegistry;
  readonly callouts: Callouts;
  /** SPIFFE URI of this proxy: the destination's principal for a gRPC authoriser. */
  readonly ownUri?: () => string | undefined;
}

const grpcTimeoutMs = 200;
const none: NameTest = () => false;

/** google_grpc, typed metadata, header mutation rules and raw headers are refused by name. */
export function createExtAuthzKind(deps: ExtAuthzDeps): HttpFilterKind {
  return {
    schema: ExtAuthzSchema,
    perRouteSchema: ExtAuthzPerRouteSchema,
    supported: extAuthzFields,
    compile(config, name, context, where) {
      const message = unpack(config, ExtAuthzSchema, where);
      return createExtAuthz(name, compileSettings(message, context, deps, where), deps.random);
    },
    compilePerRoute(config, _context, where) {
      const { override } = unpack(config, ExtAuthzPerRouteSchema, where);
      if (override.case === undefined)
        refuse(where, 'a per-route ext_authz configuration needs disabled or check_settings');
      const settings = override.case === 'checkSettings' ? override.value : undefined;
      return {
        disabled: override.case === 'disabled' && override.value,
        contextExtensions: settings?.contextExtensions ?? {},
        noBody: settings?.disableRequestBodyBuffering ?? false,
        body: bodyOf(settings?.withRequestBody, where),
      } satisfies ExtAuthzPerRoute;
    },
  };
}

function compileSettings(
  message: ExtAuthz,
  context: FilterContext,
  deps: ExtAuthzDeps,
  where: string,
): ExtAuthzSettings {
  // AUTO means V2 in Envoy, which is gone.
  if (message.services.case === 'grpcService' && message.transportApiVersion !== ApiVersion.V3) {
    refuse(where, 'transport_api_version must be V3');
  }
  const metadata = message.filterEnabledMetadata;
  const test = metadata === undefined ? undefined : compileMetadataTest(metadata, `${where}: filter_enabled_metadata`);
  const labels = ['envoy_http_conn_manager_prefix', 'envoy_ext_authz_prefix'];
  const counter = (what: string) =>
    deps.registry
      .counter(`envoy_http_ext_authz_${what}`, `Requests for which external authorisation came to ${what}.`, labels)
      .slot([context.statPrefix, message.statPrefix]);
  return {
    check: compileCheck(message, context, deps, where),
    body: bodyOf(message.withRequestBody, where),
    enabledShare: runtimeShareOf(message.filterEnabled, 1),
    enabledFor: test === undefined ? undefined : (exchange) => test(exchange.metadata),
    denyAtDisable: message.denyAtDisable?.defaultValue ?? false,
    failureModeAllow: message.failureModeAllow,
    failureModeHeader: message.failureModeAllowHeaderAdd,
    statusOnError: message.statusOnError?.code || 403,
    clearRouteCache: message.clearRouteCache,
    ingestMetadata: message.enableDynamicMetadataIngestion ?? true,
    counters: {
      ok: counter('ok'),
      denied: counter('denied'),
      error: counter('error'),
      disabled: counter('disabled'),
      failureModeAllowed: counter('failure_mode_allowed'),
    },
  };
}

function compileCheck(message: ExtAuthz, context: FilterContext, deps: ExtAuthzDeps, where: string): Check {
  const { services } = message;
  if (services.case === undefined) return refuse(where, 'neither grpc_service nor http_service is set');
  const hidden = namesOf(message.disallowedHeaders, where) ?? none;
  if (services.case === 'httpService') return compileHttpCheck(message, services.value, hidden, context, deps, where);
  const { targetSpecifier, timeout, initialMetadata } = services.value;
  if (targetSpecifier.case !== 'envoyGrpc') return refuse(where, 'grpc_service has no envoy_grpc');
  const { clusterName, authority } = targetSpecifier.value;
  const allowed = namesOf(message.allowedHeaders, where);
  const sends: HeaderFilter = (name) => (allowed === undefined || allowed(name)) && !hidden(name);
  return createGrpcCheck({
    callouts: deps.callouts,
    cluster: context.clusterRef(clusterName),
    authority: authority === '' ? clusterName : authority,
    timeoutMs: milliseconds(timeout, grpcTimeoutMs),
    metadata: initialMetadata.flatMap(({ key, value }) => [key.toLowerCase(), value]),
    attributes: {
      sends,
      includePeerCertificate: message.includePeerCertificate,
      includeTlsSession: message.includeTlsSession,
      packAsBytes: message.withRequestBody?.packAsBytes ?? false,
      metadataNamespaces: message.metadataContextNamespaces,
      ownUri: deps.ownUri ?? (() => undefined),
    },
  });
}

function compileHttpCheck(
  message: ExtAuthz,
  service: HttpService,
  hidden: NameTest,
  context: FilterContext,
  deps: ExtAuthzDeps,
  where: string,
): Check {
  const { serverUri, pathPrefix, authorizationRequest: request, authorizationResponse: response } = service;
  const upstream = serverUri?.httpUpstreamType;
  if (upstream?.case !== 'cluster') return refuse(where, 'http_service.server_uri has no cluster');
  if (pathPrefix !== '' && !pathPrefix.startsWith('/')) refuse(where, 'path_prefix must begin with "/"');
  const allowed = namesOf(message.allowedHeaders ?? request?.allowedHeaders, where) ?? none;
  return createHttpCheck({
    callouts: deps.callouts,
    cluster: context.clusterRef(upstream.value),
    timeoutMs: milliseconds(serverUri?.timeout, grpcTimeoutMs),
    pathPrefix,
    sends: (name) => (name === 'authorization' || allowed(name)) && !hidden(name),
    headersToAdd: (request?.headersToAdd ?? []).flatMap(({ key, value }) => [key.toLowerCase(), value]),
    upstream: namesOf(response?.allowedUpstreamHeaders, where) ?? none,
    upstreamAppend: namesOf(response?.allowedUpstreamHeadersToAppend, where) ?? none,
    client: namesOf(response?.allowedClientHeaders, where),
    clientOnSuccess: namesOf(response?.allowedClientHeadersOnSuccess, where) ?? none,
    metadata: namesOf(response?.dynamicMetadataFromHeaders, where) ?? none,
  });
}

/** Nothing: no pattern is given. Names are compared in lower case. */
function namesOf(list: ListStringMatcher | undefined, where: string): NameTest | undefined {
  if (list === undefined || list.patterns.length === 0) return undefined;
  const tests = list.patterns.map((pattern) => compileTextTest({ ...pattern, ignoreCase: true }, where));
  return (name) => tests.some((test) => test(name));
}

function bodyOf(settings: BufferSettings | undefined, where: string): BodySettings | undefined {
  if (settings === undefined) return undefined;
  if (settings.maxRequestBytes === 0) refuse(where, 'with_request_body.max_request_bytes must be more than 0');
  return { bytesMax: settings.maxRequestBytes, allowPartial: settings.allowPartialMessage };
}
