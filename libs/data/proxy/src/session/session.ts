/** The proxy's talk with the control plane: updates into the runtime, names wanted back, the last good state on disk. */

import type { Runtime } from '@weft/data-runtime';
import type { Cancel, Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import {
  type ResourceUpdate,
  shortTypeName,
  type XdsClient,
  type XdsClientHandlers,
  xdsTypes,
} from '@weft/xds-protocol';
import type { ConfigCache } from './config-cache.ts';

/** How long a start waits for the control plane before the kept configuration counts as ready. */
export const controlPlaneWaitMs = 2_000;

export interface SessionOptions {
  readonly runtime: Runtime;
  readonly cache: ConfigCache;
  readonly clock: Clock;
  readonly log: Logger;
  connect(handlers: XdsClientHandlers): XdsClient;
  /** The control plane answers (again). */
  onConnected(): void;
}

export interface SessionState {
  readonly connected: boolean;
  /** Why the stream is down; empty: it is up, or was not tried yet. */
  readonly reason: string;
  /** CDS, LDS and the endpoints of the clusters were answered, or the kept ones are in force and the control plane does not answer. */
  readonly configured: boolean;
  readonly source: 'none' | 'cache' | 'control-plane';
}

export interface Session {
  /** Takes the kept configuration into force, then connects. Never rejects. */
  start(): Promise<void>;
  stop(): Promise<void>;
  state(): SessionState;
  reportHealth(healthy: boolean, message: string): void;
}

export function createSession(options: SessionOptions): Session {
  const { runtime, cache, clock, log } = options;
  const answered = new Set<string>();
  let client: XdsClient | undefined;
  let connected = false;
  let reason = '';
  let fromCache = false;
  let waitedOut = false;
  let cancelWait: Cancel | undefined;

  const subscribe = (): void => {
    const { routes, endpoints, secrets } = runtime.wanted();
    client?.subscribe(xdsTypes.EDS, endpoints);
    client?.subscribe(xdsTypes.RDS, routes);
    client?.subscribe(xdsTypes.SDS, secrets);
  };

  const take = (update: ResourceUpdate, part: boolean): string | undefined => {
    const refusal = runtime.apply(update);
    if (refusal === undefined) {
      subscribe();
      cache.touch();
    }
    if (refusal === undefined || !part) logTaken(log, update, refusal);
    return refusal;
  };

  const handlers: XdsClientHandlers = {
    onUpdate: take,
    onAnswered(typeUrl) {
      answered.add(typeUrl);
    },
    onConnection(state, why) {
      const was = connected;
      connected = state === 'connected';
      reason = why;
      logConnection(log, was, connected, why);
      if (connected) options.onConnected();
    },
  };

  return {
    async start() {
      fromCache = await takeKept(options);
      if (fromCache) log.info('the kept configuration is in force until the control plane answers');
      client = options.connect(handlers);
      for (const type of [xdsTypes.CDS, xdsTypes.LDS]) client.subscribe(type, '*');
      subscribe();
      // After the subscriptions: versions of what is not wanted would be forgotten.
      seed(client, runtime);
      cancelWait = clock.after(controlPlaneWaitMs, () => {
        waitedOut = true;
      });
      client.start();
    },
    async stop() {
      cancelWait?.();
      client?.stop();
      connected = false;
      await cache.flush();
    },
    state() {
      const endpoints = answered.has(xdsTypes.EDS) || runtime.wanted().endpoints.length === 0;
      const fresh = answered.has(xdsTypes.CDS) && answered.has(xdsTypes.LDS) && endpoints;
      const source = fresh ? 'control-plane' : fromCache ? 'cache' : 'none';
      return { connected, reason, source, configured: fresh || (fromCache && waitedOut) };
    },
    reportHealth: (healthy, message) => client?.reportHealth(healthy, message),
  };
}

function logConnection(log: Logger, was: boolean, is: boolean, reason: string): void {
  if (is) log.info('connected to the control plane');
  else if (was) log.warn({ reason }, 'lost the control plane; the last good configuration stays in force');
  else log.debug({ reason }, 'the control plane is not reachable');
}

/** Versions of what the runtime holds, not of what the file had: of the rest the control plane shall send everything. */
function seed(client: XdsClient, runtime: Runtime): void {
  for (const [typeUrl, resources] of runtime.received()) {
    client.seed(typeUrl, new Map([...resources.values()].map(({ name, version }) => [name, version])));
  }
}

function logTaken(log: Logger, { typeUrl, changed, removed }: ResourceUpdate, refusal: string | undefined): void {
  const type = shortTypeName(typeUrl);
  if (refusal === undefined) {
    log.debug({ type, changed: changed.length, removed: removed.length }, 'configuration taken');
    return;
  }
  const facts = { type, code: 'config_rejected', reason: refusal };
  log.warn(facts, 'configuration refused; what is good of it is taken');
}

/** Takes the kept configuration into force as far as it is good. @returns true where some of it is. */
async function takeKept({ cache, runtime, log }: SessionOptions): Promise<boolean> {
  let taken = false;
  try {
    for (const update of (await cache.load()) ?? []) {
      if (update.changed.length === 0) continue;
      const refusal = runtime.apply(update);
      if (refusal === undefined) taken = true;
      else log.warn({ type: shortTypeName(update.typeUrl), reason: refusal }, 'kept configuration refused');
    }
  } catch (error) {
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      'started without a kept configuration',
    );
  }
  return taken;
}
