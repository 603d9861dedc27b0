/** The SPIFFE Workload API (SPIFFE_Workload_API.md) of the workload behind this proxy, on a Unix socket. */

import { create, type JsonObject } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { certificatesToDer, type Identity, keyToDer, listsToDer, parseSpiffeId, verifyJwtSvid } from '@weft/identity';
import { type Cancel, type Clock, type Part, WeftError } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import {
  JWTBundlesResponseSchema,
  type JWTSVIDRequest,
  type JWTSVIDResponse,
  JWTSVIDResponseSchema,
  SpiffeWorkloadAPI,
  type ValidateJWTSVIDRequest,
  type ValidateJWTSVIDResponse,
  ValidateJWTSVIDResponseSchema,
  X509BundlesResponseSchema,
  X509SVIDResponseSchema,
} from '@weft/xds-messages/spiffe/workload/workload';
import { serviceDefinition } from '@weft/xds-protocol';
import type { JwtClient } from './jwt-client.ts';
import { createStreams, type Streams } from './streams.ts';
import { listenUnix } from './unix-server.ts';

/** Largest request taken, bytes. */
const requestBytesMax = 64 * 1024;
/** How often the keys of JWT-SVIDs are asked for while somebody watches them, milliseconds. */
const keysRefreshMs = 300_000;
/** Without it a request may have been made by a browser or a proxy for somebody else (section 3 of the specification). */
const header = 'workload.spiffe.io';

export interface WorkloadApiOptions {
  /** Of the socket. */
  readonly path: string;
  identity(): Identity | undefined;
  /** PEM of the mesh's roots, and of its revocation lists. */
  trust(): { readonly rootsPem: string; readonly crlPem: string };
  /** Told of every change of identity or trust. */
  onChange(listener: () => void): Cancel;
  readonly jwt: JwtClient;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createWorkloadApi(options: WorkloadApiOptions): Part {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': requestBytesMax });
  const { clock, log } = options;
  let keys: string | undefined;
  const x509 = createStreams(() => svidOf(options));
  const bundles = createStreams(() => bundleOf(options));
  const jwtBundles = createStreams(() => keysOf(options, keys));

  const refreshKeys = async (): Promise<void> => {
    keys = await options.jwt.keys();
    jwtBundles.changed();
  };
  server.addService(serviceDefinition(SpiffeWorkloadAPI), {
    fetchX509SVID: watched(x509),
    fetchX509Bundles: watched(bundles),
    fetchJWTBundles: (call: grpc.ServerWritableStream<unknown, object>) => {
      const ready = keys === undefined ? refreshKeys() : Promise.resolve();
      ready.then(
        () => watched(jwtBundles)(call),
        (error: unknown) => call.emit('error', statusOf(error)),
      );
    },
    fetchJWTSVID: answered(async ({ audience, spiffeId }: JWTSVIDRequest): Promise<JWTSVIDResponse> => {
      const own = ownIdentity(options).uri;
      if (audience.length === 0) throw new Refused(grpc.status.INVALID_ARGUMENT, 'an audience is required');
      if (spiffeId !== '' && spiffeId !== own) {
        throw new Refused(grpc.status.PERMISSION_DENIED, `this workload is not ${spiffeId}`);
      }
      const svid = await options.jwt.sign(audience);
      return create(JWTSVIDResponseSchema, { svids: [{ spiffeId: own, svid }] });
    }),
    validateJWTSVID: answered(async (request: ValidateJWTSVIDRequest): Promise<ValidateJWTSVIDResponse> => {
      const { audience, svid } = request;
      if (audience === '' || svid === '')
        throw new Refused(grpc.status.INVALID_ARGUMENT, 'audience and svid are required');
      const trustDomain = trustDomainOf(ownIdentity(options));
      if (keys === undefined) await refreshKeys();
      const nowMs = clock.now();
      const { spiffeId, claims } = verifyJwtSvid({ svid, audience, keys: keys ?? '{}', trustDomain, nowMs });
      return create(ValidateJWTSVIDResponseSchema, { spiffeId, claims: claims as JsonObject });
    }),
  });

  let stops: (() => unknown)[] = [];
  return {
    name: 'workload API',
    async start() {
      const remove = await listenUnix(server, options.path, 'the Workload API');
      const stopFollowing = options.onChange(() => {
        x509.changed();
        bundles.changed();
      });
      const stopTimer = clock.every(keysRefreshMs, () => {
        refreshKeys().catch((error: unknown) =>
          log.warn({ err: error }, 'the keys of JWT-SVIDs could not be refreshed'),
        );
      });
      stops = [stopFollowing, stopTimer, () => server.forceShutdown(), remove];
      log.info({ socket: options.path }, 'the SPIFFE Workload API is served');
    },
    async stop() {
      for (const stop of stops) await stop();
    },
  };
}

/** A call that is refused for what it asks. */
class Refused extends Error {
  readonly code: grpc.status;

  constructor(code: grpc.status, message: string) {
    super(message);
    this.code = code;
  }
}

function assertHeader(metadata: grpc.Metadata): void {
  if (metadata.get(header)[0] === 'true') return;
  throw new Refused(grpc.status.INVALID_ARGUMENT, `metadata ${header}: true is required`);
}

function ownIdentity(options: WorkloadApiOptions): Identity {
  const identity = options.identity();
  if (identity !== undefined) return identity;
  throw new Refused(grpc.status.PERMISSION_DENIED, 'this workload has no identity yet');
}

function trustDomainOf({ uri }: Identity): string {
  return parseSpiffeId(uri)?.trustDomain ?? '';
}

function svidOf(options: WorkloadApiOptions): object {
  const identity = ownIdentity(options);
  const { rootsPem, crlPem } = options.trust();
  const svid = {
    spiffeId: identity.uri,
    x509Svid: certificatesToDer(identity.certChainPem),
    x509SvidKey: keyToDer(identity.privateKeyPem),
    bundle: certificatesToDer(rootsPem),
  };
  return create(X509SVIDResponseSchema, { svids: [svid], crl: listsToDer(crlPem) });
}

function bundleOf(options: WorkloadApiOptions): object {
  const domain = `spiffe://${trustDomainOf(ownIdentity(options))}`;
  const { rootsPem, crlPem } = options.trust();
  return create(X509BundlesResponseSchema, {
    bundles: { [domain]: certificatesToDer(rootsPem) },
    crl: listsToDer(crlPem),
  });
}

function keysOf(options: WorkloadApiOptions, keys = '{"keys":[]}'): object {
  const domain = `spiffe://${trustDomainOf(ownIdentity(options))}`;
  return create(JWTBundlesResponseSchema, { bundles: { [domain]: new TextEncoder().encode(keys) } });
}

function watched(streams: Streams): (call: grpc.ServerWritableStream<unknown, object>) => void {
  return (call) => {
    try {
      assertHeader(call.metadata);
      if (!streams.add(call)) throw new Refused(grpc.status.RESOURCE_EXHAUSTED, 'too many watch this already');
    } catch (error) {
      call.emit('error', statusOf(error));
    }
  };
}

function answered<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => {
        assertHeader(call.metadata);
        return answer(call.request);
      })
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(statusOf(error)),
      );
  };
}

/** The control plane's own refusals go through; all else of it means that it is not there. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof Refused) return { code: error.code, details: error.message };
  if (error instanceof WeftError) return { code: grpc.status.INVALID_ARGUMENT, details: error.message };
  const { code, details } = error as Partial<grpc.ServiceError>;
  const said = code === grpc.status.INVALID_ARGUMENT || code === grpc.status.PERMISSION_DENIED;
  if (said || code === grpc.status.RESOURCE_EXHAUSTED) return { code, details: details ?? '' };
  return { code: grpc.status.UNAVAILABLE, details: 'the control plane does not answer' };
}
