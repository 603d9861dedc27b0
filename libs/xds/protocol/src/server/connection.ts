/** One call of an ADS method: authenticated, tied to its proxy by its first request, ended once. */

import * as grpc from '@grpc/grpc-js';
import { type AdsStream, createAdsStream, type StreamEvents } from './stream.ts';
import type { OpaqueSnapshot, Refusal, XdsServerLimits, XdsServerOptions } from './types.ts';
import type { RequestHead, Variant } from './variant.ts';

/** The part of a stream that the server needs whatever its form. */
export interface OpenStream {
  serve(snapshot: OpaqueSnapshot): void;
  status: AdsStream<never>['status'];
  end(status: grpc.status, reason: string): void;
}

/** What connections share: the server's table of streams. */
export interface ConnectionHost<Identity> {
  readonly options: XdsServerOptions<Identity>;
  readonly limits: XdsServerLimits;
  readonly open: Set<OpenStream>;
  join(proxyKey: string, stream: OpenStream, snapshot: OpaqueSnapshot | undefined): void;
  leave(proxyKey: string, stream: OpenStream): void;
}

const noNode: Refusal = {
  refused: true,
  status: grpc.status.INVALID_ARGUMENT,
  reason: 'the first request must carry a node id',
};

/** @param via as given to `addTo`. */
export function openConnection<Identity extends object, Request extends RequestHead, Response>(
  host: ConnectionHost<Identity>,
  call: grpc.ServerDuplexStream<Request, Response>,
  variant: Variant<Request, Response>,
  via: string,
): void {
  const { options, limits } = host;
  let proxyKey: string | undefined;
  let ended = false;

  const end = (status: grpc.status, reason: string): void => {
    if (ended) return;
    close();
    call.emit('error', { code: status, details: reason });
  };
  const close = (): void => {
    if (ended) return;
    ended = true;
    host.open.delete(stream);
    if (proxyKey !== undefined) host.leave(proxyKey, stream);
  };
  const ads = createAdsStream(
    variant,
    limits,
    eventsOf(options, call, () => proxyKey),
  );
  const stream: OpenStream = {
    status: ads.status,
    end,
    serve: (snapshot) => (ended ? undefined : ads.serve(snapshot)),
  };

  const connect = (request: Request, identity: Identity): Refusal | undefined => {
    const { node } = request;
    if (node === undefined || node.id === '') return noNode;
    const decision = options.onConnect(node, identity, call.getPeer());
    if (decision.refused) return decision;
    proxyKey = decision.proxyKey;
    host.join(proxyKey, stream, decision.snapshot);
    return undefined;
  };

  const receive = (request: Request, identity: Identity): void => {
    if (ended) return;
    const refusal = (proxyKey === undefined ? connect(request, identity) : undefined) ?? ads.receive(request);
    if (refusal !== undefined) end(refusal.status, refusal.reason);
  };

  for (const event of ['cancelled', 'close', 'error']) call.on(event, close);
  call.on('end', () => {
    close();
    call.end();
  });
  call.on('drain', () => {
    if (!ended) ads.flush();
  });
  if (host.open.size >= limits.streamsMax) {
    end(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.streamsMax} streams`);
    return;
  }
  host.open.add(stream);
  const accept = (identity: Identity): void => {
    if (!ended) call.on('data', (request: Request) => receive(request, identity));
  };
  options.authenticate(call.metadata, call.getPeer(), via).then(
    (outcome) => (isRefusal(outcome) ? end(outcome.status, outcome.reason) : accept(outcome)),
    () => end(grpc.status.UNAVAILABLE, 'the control plane cannot authenticate now'),
  );
}

/** @param proxyKey nothing until the first request was taken. */
function eventsOf<Identity, Request, Response>(
  options: XdsServerOptions<Identity>,
  call: grpc.ServerDuplexStream<Request, Response>,
  proxyKey: () => string | undefined,
): StreamEvents<Response> {
  const known = (tell: (key: string) => void): void => {
    const key = proxyKey();
    if (key !== undefined) tell(key);
  };
  return {
    write: (response) => call.write(response),
    onHealth: (healthy, message) => known((key) => options.onHealth(key, healthy, message)),
    onAck: (typeUrl) => known((key) => options.onAck?.(key, typeUrl)),
    onNack: (typeUrl, reason) => known((key) => options.onNack?.(key, typeUrl, reason)),
    onPush: (typeUrl, resources) => known((key) => options.onPush?.(key, typeUrl, resources)),
  };
}

function isRefusal(outcome: object): outcome is Refusal {
  return 'refused' in outcome && outcome.refused === true;
}
