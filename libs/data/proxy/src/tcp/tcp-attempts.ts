/** The attempts at endpoints that a TCP connection needs: each picked, counted and dialled, another one where it cannot be reached. */

import {
  type Cluster,
  type ConnectionInfo,
  type Endpoint,
  hashText,
  type PickContext,
  type TcpHandlerTable,
} from '@weft/data-runtime';
import type { DialedPeer, Dialer, Wire } from '@weft/data-upstream';
import { type Cancel, type Clock, describeProvenance, type ErrorCode } from '@weft/kernel';
import { encodeProxyHeader } from '@weft/proxy-protocol';
import { splitHostPort } from '../listeners/connection-info.ts';
import { openTunnel } from './tunnel.ts';

export interface TcpAttemptsOwner {
  readonly clock: Clock;
  readonly dialer: Dialer;
}

/** What is told once, if nobody cancels. */
export interface TcpAttemptsClient {
  /** @param early what the endpoint sent already. */
  onReached(upstream: Wire, early: Buffer | undefined): void;
  /** @param more flags; Envoy adds URX when the last attempt at a connection failed, also where there was but one. */
  onUnreachable(code: ErrorCode, reason: string, more: string): void;
}

export class TcpAttempts {
  readonly cluster: Cluster;
  /** Those that could not be reached. */
  readonly tried: Endpoint[] = [];
  /** The one that it is counted at; nothing: none. */
  endpoint: Endpoint | undefined;
  /** Why the last connection could not be made; empty: nothing to say. */
  failure = '';
  upstreamPeerUri: string | undefined;
  upstreamLocalAddress = '';
  readonly #owner: TcpAttemptsOwner;
  readonly #info: ConnectionInfo;
  readonly #table: TcpHandlerTable;
  readonly #client: TcpAttemptsClient;
  #cancelDial: Cancel | undefined;

  constructor(
    owner: TcpAttemptsOwner,
    info: ConnectionInfo,
    table: TcpHandlerTable,
    cluster: Cluster,
    client: TcpAttemptsClient,
  ) {
    this.#owner = owner;
    this.#info = info;
    this.#table = table;
    this.cluster = cluster;
    this.#client = client;
  }

  start(): void {
    const { cluster } = this;
    const endpoint = this.#pick();
    if (endpoint === undefined) {
      this.#client.onUnreachable('no_healthy_upstream', describeProvenance(cluster.from), '');
      return;
    }
    const breaker = cluster.breakers.default;
    if (breaker.used.connections >= breaker.connectionsMax) {
      this.#client.onUnreachable('upstream_overflow', describeProvenance(cluster.from), '');
      return;
    }
    breaker.used.connections += 1;
    endpoint.active += 1;
    endpoint.counts.connections += 1;
    endpoint.counts.connectionsTotal += 1;
    endpoint.counts.requestsTotal += 1;
    this.endpoint = endpoint;
    const dialedAtMs = this.#owner.clock.monotonic();
    const { proxyProtocol } = cluster;
    const { remoteAddress, localAddress } = this.#info;
    this.#cancelDial = this.#owner.dialer.dial(
      endpoint,
      cluster.connectTimeoutMs,
      (upstream, peer) => this.#dialed(upstream, peer),
      (code, reason) => this.#failed(endpoint, code, reason, this.#owner.clock.monotonic() - dialedAtMs),
      proxyProtocol === undefined ? {} : { proxyHeader: encodeProxyHeader(proxyProtocol, remoteAddress, localAddress) },
    );
  }

  /** Ends what is under way. */
  cancel(): void {
    this.#cancelDial?.();
  }

  /** The endpoint is used no more. */
  release(): void {
    if (this.endpoint === undefined) return;
    this.endpoint.active -= 1;
    this.endpoint.counts.connections -= 1;
    this.cluster.breakers.default.used.connections -= 1;
    this.endpoint = undefined;
  }

  #pick(): Endpoint | undefined {
    const { cluster } = this;
    if (cluster.originalDestination !== undefined) {
      // Only the address that a client wanted: this proxy's own would be a circle.
      return this.#info.restored === false ? undefined : cluster.originalDestination(this.#info.localAddress);
    }
    if (this.#table.hash === undefined && this.tried.length === 0) return cluster.pick();
    const context: PickContext = {
      hash: this.#table.hash === 'source-ip' ? hashText(splitHostPort(this.#info.remoteAddress).address) : undefined,
      avoid: this.tried,
      avoidTries: 3,
      subset: undefined,
      overrideHost: undefined,
    };
    return cluster.pick(context);
  }

  #dialed(upstream: Wire, peer: DialedPeer): void {
    this.#cancelDial = undefined;
    this.upstreamPeerUri = peer.peerUri;
    this.upstreamLocalAddress = upstream.localAddress;
    const { tunnelHost } = this.#table;
    if (tunnelHost === undefined) {
      this.#client.onReached(upstream, undefined);
      return;
    }
    this.#cancelDial = openTunnel(upstream, tunnelHost, (reason, early) => {
      this.#cancelDial = undefined;
      if (reason === undefined) {
        this.#client.onReached(upstream, early);
        return;
      }
      this.failure = reason;
      upstream.destroy();
      this.#client.onUnreachable('upstream_closed', reason, '');
    });
  }

  #failed(endpoint: Endpoint, code: ErrorCode, reason: string, latencyMs: number): void {
    const { cluster } = this;
    this.#cancelDial = undefined;
    this.failure = reason;
    endpoint.counts.connectFailures += 1;
    cluster.observe?.(endpoint, { status: 0, grpcStatus: undefined, local: 'connect-failed', latencyMs, fields: [] });
    this.release();
    this.tried.push(endpoint);
    if (this.tried.length < this.#table.connectAttemptsMax) this.start();
    else this.#client.onUnreachable(code, describeProvenance(cluster.from), ',URX');
  }
}
