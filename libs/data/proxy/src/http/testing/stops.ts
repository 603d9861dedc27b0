/** What a test started, stopped after it in the opposite order. */

import type { Route } from '@weft/data-runtime';
import { connectHttp2, type Http2Backend, type Http2TestClient, startHttp2Backend } from './http2-peers.ts';
import { type Backend, type Rig, startBackend, startRig } from './rig.ts';
import { makeCluster, makeEndpoint, makeForward, makeRoute, makeTable, makeTarget } from './tables.ts';

export interface Stage {
  backendOf(...args: Parameters<typeof startBackend>): Promise<Backend>;
  http2BackendOf(...args: Parameters<typeof startHttp2Backend>): Promise<Http2Backend>;
  http2ClientOf(port: number): Promise<Http2TestClient>;
  rigOf(...args: Parameters<typeof startRig>): Promise<Rig>;
  /** A backend and a proxy that sends it everything. */
  forwarding(...args: Parameters<typeof startBackend>): Promise<{ backend: Backend; rig: Rig }>;
  /** For afterEach. */
  stop(): Promise<void>;
}

/** A whole answer of an HTTP/1.1 backend. */
export const hello = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';

export const routeTo = (backend: Backend): Route =>
  makeRoute(makeForward(makeTarget(makeCluster([makeEndpoint(backend.port)]))));

export function createStage(): Stage {
  const stops: (() => unknown)[] = [];
  const stage: Stage = {
    async backendOf(...args) {
      const backend = await startBackend(...args);
      stops.push(backend.stop);
      return backend;
    },
    async http2BackendOf(...args) {
      const backend = await startHttp2Backend(...args);
      stops.push(backend.stop);
      return backend;
    },
    async http2ClientOf(port) {
      const client = await connectHttp2(port);
      stops.push(client.stop);
      return client;
    },
    async rigOf(...args) {
      const rig = await startRig(...args);
      stops.push(rig.stop);
      return rig;
    },
    async forwarding(...args) {
      const backend = await stage.backendOf(...args);
      const route = routeTo(backend);
      return { backend, rig: await stage.rigOf(makeTable(() => route)) };
    },
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
  return stage;
}
