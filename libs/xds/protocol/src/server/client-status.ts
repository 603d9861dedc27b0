/** CSDS: what each connected proxy was sent, and what it said to it. */

import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { ClientResourceStatus } from '@weft/xds-messages/envoy/admin/v3/config_dump_shared';
import {
  type ClientConfig,
  type ClientConfig_GenericXdsConfig,
  ClientConfig_GenericXdsConfigSchema,
  ClientConfigSchema,
  ClientStatusDiscoveryService,
  type ClientStatusRequest,
  type ClientStatusResponse,
  ClientStatusResponseSchema,
} from '@weft/xds-messages/envoy/service/status/v3/csds';
import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { serviceDefinition } from '../grpc/service-adapter.ts';
import { xdsTypes } from '../type-urls.ts';
import { emptyResources } from './subscription.ts';
import type { ClientStatus, Refusal, TypeStatus } from './types.ts';

export interface ClientStatusLimits {
  /** Proxies of one answer. */
  readonly clientsMax: number;
  /** Resources of one answer, bytes; of the rest only names and states are told. Receivers mostly take 4 MiB. */
  readonly contentBytesMax: number;
  /** Matchers of one request. */
  readonly matchersMax: number;
}

const defaultLimits: ClientStatusLimits = { clientsMax: 1_000, contentBytesMax: 2 * 1024 * 1024, matchersMax: 100 };

export interface ClientStatusOptions {
  clients(): readonly ClientStatus[];
  /** Who may ask: it is told everything but secrets. */
  authorize(metadata: grpc.Metadata): Refusal | undefined;
  readonly limits?: Partial<ClientStatusLimits>;
}

/** Adds ClientStatusDiscoveryService to a gRPC server. */
export function addClientStatusTo(server: grpc.Server, options: ClientStatusOptions): void {
  const limits = { ...defaultLimits, ...options.limits };
  const answer = (request: ClientStatusRequest, metadata: grpc.Metadata): ClientStatusResponse | Refusal =>
    options.authorize(metadata) ?? answerOf(options.clients(), request, limits);

  const fetch: grpc.handleUnaryCall<ClientStatusRequest, ClientStatusResponse> = (call, callback) => {
    const made = answer(call.request, call.metadata);
    if ('refused' in made) callback({ code: made.status, details: made.reason });
    else callback(null, made);
  };
  const stream: grpc.handleBidiStreamingCall<ClientStatusRequest, ClientStatusResponse> = (call) => {
    let full = false;
    call.on('drain', () => {
      full = false;
      call.resume();
    });
    call.on('data', (request: ClientStatusRequest) => {
      const made = answer(request, call.metadata);
      if ('refused' in made) call.emit('error', { code: made.status, details: made.reason });
      else full = !call.write(made);
      // Who does not read is not asked for more.
      if (full) call.pause();
    });
    call.on('error', () => {});
    call.on('end', () => call.end());
  };
  server.addService(serviceDefinition(ClientStatusDiscoveryService), {
    fetchClientStatus: fetch as grpc.handleUnaryCall<object, object>,
    streamClientStatus: stream as grpc.handleBidiStreamingCall<object, object>,
  });
}

function answerOf(
  clients: readonly ClientStatus[],
  request: ClientStatusRequest,
  limits: ClientStatusLimits,
): ClientStatusResponse | Refusal {
  const { nodeMatchers, excludeResourceContents } = request;
  const refuse = (reason: string): Refusal => ({ refused: true, status: grpc.status.INVALID_ARGUMENT, reason });
  if (nodeMatchers.length > limits.matchersMax) {
    return refuse(`more than ${limits.matchersMax} matchers`);
  }
  if (nodeMatchers.some(({ nodeMetadatas }) => nodeMetadatas.length > 0))
    return refuse('proxies are matched by node_id');
  const matchers = nodeMatchers.map(({ nodeId }) => nodeId).filter((matcher) => matcher !== undefined);
  if (matchers.some(({ matchPattern }) => matchPattern.case === 'safeRegex' || matchPattern.case === 'custom')) {
    return refuse('node_id is matched by exact, prefix, suffix or contains');
  }
  const chosen = clients.filter(({ node }) => matchers.length === 0 || matchers.some((one) => matches(one, node.id)));
  let left = excludeResourceContents ? 0 : limits.contentBytesMax;
  const config = chosen.slice(0, limits.clientsMax).map((client) => {
    const made = configOf(client, left);
    left = made.left;
    return made.config;
  });
  return create(ClientStatusResponseSchema, { config });
}

function matches({ matchPattern, ignoreCase }: StringMatcher, id: string): boolean {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const { case: kind, value } = matchPattern;
  if (kind === 'exact') return fold(id) === fold(value);
  if (kind === 'prefix') return fold(id).startsWith(fold(value));
  if (kind === 'suffix') return fold(id).endsWith(fold(value));
  return kind === 'contains' && fold(id).includes(fold(value));
}

const states: Readonly<Record<TypeStatus['state'], ClientResourceStatus>> = {
  SYNCED: ClientResourceStatus.ACKED,
  STALE: ClientResourceStatus.REQUESTED,
  'NOT SENT': ClientResourceStatus.REQUESTED,
  ERROR: ClientResourceStatus.NACKED,
};

/** @param contentBytes how many bytes of resources may be told. */
function configOf(
  { node, snapshot, types }: ClientStatus,
  contentBytes: number,
): { readonly config: ClientConfig; readonly left: number } {
  let left = contentBytes;
  const configs: ClientConfig_GenericXdsConfig[] = [];
  for (const [typeUrl, { state, error }] of types) {
    for (const { name, version, bytes } of (snapshot?.resources.get(typeUrl) ?? emptyResources).values()) {
      const told = typeUrl !== xdsTypes.SDS && bytes.length <= left;
      if (told) left -= bytes.length;
      configs.push(
        create(ClientConfig_GenericXdsConfigSchema, {
          typeUrl,
          name,
          versionInfo: version,
          clientStatus: states[state],
          ...(told ? { xdsConfig: { typeUrl, value: bytes as Uint8Array<ArrayBuffer> } } : {}),
          ...(error === '' ? {} : { errorState: { details: error } }),
        }),
      );
    }
  }
  return { config: create(ClientConfigSchema, { node, genericXdsConfigs: configs }), left };
}
