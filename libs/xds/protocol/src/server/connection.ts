/** One call of an xDS method: authenticated, tied to its proxy by its first request, ended once. */

import { create, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import type { Clock } from '@weft/kernel';
import { type Node, NodeSchema } from '@weft/xds-messages/envoy/config/core/v3/base';
import type { BatchEncoder } from './batch-encoder.ts';
import { refuse } from './request-bounds.ts';
import { createRequestRate } from './request-rate.ts';
import type { GatedStream, SendGate } from './send-gate.ts';
import { createXdsStream, type StreamEvents, type XdsStream } from './stream.ts';
import { resetCall } from './transport.ts';
import type { OpaqueSnapshot, Refusal, XdsServerLimits, XdsServerOptions } from './types.ts';
import type { RequestHead, Variant } from './variant.ts';

/** The part of a stream that the server needs whatever its form. */
export interface OpenStream {
  serve(snapshot: OpaqueSnapshot): void;
  status: XdsStream<never>['status'];
  end(status: grpc.status, reason: string): void;
}

/** What connections share: the server's table of streams. */
export interface ConnectionHost<Identity> {
  readonly options: XdsServerOptions<Identity>;
  readonly limits: XdsServerLimits;
  readonly clock: Clock;
  readonly gate: SendGate;
  readonly encoder: BatchEncoder;
  readonly open: Set<OpenStream>;
  /** @returns why an identity may have no more streams. */
  enter(identity: Identity, stream: OpenStream): Refusal | undefined;
  /** @returns why a proxy may have no more streams. */
  room(proxyKey: string): Refusal | undefined;
  join(proxyKey: string, node: Node, stream: OpenStream, snapshot: OpaqueSnapshot | undefined): void;
  leave(proxyKey: string | undefined, stream: OpenStream): void;
}

const noNode: Refusal = {
  refused: true,
  status: grpc.status.INVALID_ARGUMENT,
  reason: 'the first request must carry a node id',
};

export interface Method<Request extends RequestHead> {
  readonly variant: Variant<Request>;
  readonly onlyType?: string | undefined;
  /** As given to `addTo`. */
  readonly via: string;
}

export function openConnection<Identity extends object, Request extends RequestHead>(
  host: ConnectionHost<Identity>,
  call: grpc.ServerDuplexStream<Request, Buffer>,
  { variant, onlyType, via }: Method<Request>,
): void {
  const { options, limits, clock } = host;
  const allowed = createRequestRate(limits, clock);
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
    xds.stop();
    host.gate.leave(gated);
    host.leave(proxyKey, stream);
  };
  const gated: GatedStream = {
    resume: () => (ended ? undefined : xds.flush()),
    cut(reason) {
      end(grpc.status.DEADLINE_EXCEEDED, reason);
      resetCall(call);
    },
  };
  const events = eventsOf(host, call, gated, variant, () => (ended ? undefined : proxyKey));
  const xds = createXdsStream(variant, limits, events, clock, onlyType);
  const stream: OpenStream = {
    status: xds.status,
    end,
    serve: (snapshot) => (ended ? undefined : xds.serve(snapshot)),
  };

  const connect = (request: Request, identity: Identity): Refusal | undefined => {
    if (request.node === undefined || request.node.id === '') return noNode;
    const node = create(NodeSchema, { ...request.node, extensions: [] });
    if (toBinary(NodeSchema, node).length > limits.nodeBytesMax) {
      return refuse(grpc.status.INVALID_ARGUMENT, `the node is larger than ${limits.nodeBytesMax} bytes`);
    }
    const full = host.room(node.id);
    if (full !== undefined) return full;
    const decision = options.onConnect(node, identity, call.getPeer());
    if (decision.refused) return decision;
    proxyKey = decision.proxyKey;
    host.join(proxyKey, node, stream, decision.snapshot);
    return undefined;
  };

  const receive = (request: Request, identity: Identity): void => {
    if (ended) return;
    if (!allowed()) {
      end(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.requestsPerSecondMax} requests a second`);
      return;
    }
    const refusal = (proxyKey === undefined ? connect(request, identity) : undefined) ?? xds.receive(request);
    if (refusal !== undefined) end(refusal.status, refusal.reason);
    else if (proxyKey !== undefined) options.onWord?.(proxyKey);
  };

  for (const event of ['cancelled', 'close', 'error']) call.on(event, close);
  call.on('end', () => {
    close();
    call.end();
  });
  if (host.open.size >= limits.streamsMax) {
    end(grpc.status.RESOURCE_EXHAUSTED, `more than ${limits.streamsMax} streams`);
    return;
  }
  host.open.add(stream);
  const accept = (identity: Identity): void => {
    if (ended) return;
    const full = host.enter(identity, stream);
    if (full !== undefined) end(full.status, full.reason);
    else call.on('data', (request: Request) => receive(request, identity));
  };
  const certificate = call.getAuthContext()?.sslPeerCertificate?.raw;
  options.authenticate(call.metadata, call.getPeer(), via, certificate).then(
    (outcome) => (isRefusal(outcome) ? end(outcome.status, outcome.reason) : accept(outcome)),
    () => end(grpc.status.UNAVAILABLE, 'the control plane cannot authenticate now'),
  );
}

/** @param proxyKey nothing until the first request was taken, and after the end. */
function eventsOf<Identity, Request extends RequestHead>(
  { options, gate, encoder }: ConnectionHost<Identity>,
  call: grpc.ServerDuplexStream<Request, Buffer>,
  gated: GatedStream,
  variant: Variant<Request>,
  proxyKey: () => string | undefined,
): StreamEvents {
  const known = (tell: (key: string) => void): void => {
    const key = proxyKey();
    if (key !== undefined) tell(key);
  };
  return {
    encode: encoder.of(variant),
    mayWrite: () => gate.mayWrite(gated),
    write(response) {
      gate.wrote(gated, response.length);
      call.write(response, () => known(() => gate.drained(gated, response.length)));
    },
    onHealth: (healthy, message) => known((key) => options.onHealth(key, healthy, message)),
    onAck: (typeUrl) => known((key) => options.onAck?.(key, typeUrl)),
    onNack: (typeUrl, reason) => known((key) => options.onNack?.(key, typeUrl, reason)),
    onPush: (typeUrl, resources) => known((key) => options.onPush?.(key, typeUrl, resources)),
  };
}

function isRefusal(outcome: object): outcome is Refusal {
  return 'refused' in outcome && outcome.refused === true;
}
