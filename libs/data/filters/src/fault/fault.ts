/** Faults on purpose: envoy.extensions.filters.http.fault.v3. A delay comes first, an abort after it; both may. */

import { type Exchange, filterDisabled, type HttpFilter } from '@weft/data-runtime';
import type { Cancel, Clock, Random } from '@weft/kernel';
import type { Counter, Gauge } from '@weft/telemetry';
import {
  abortShareOf,
  delayMsOf,
  delayShareOf,
  type FaultSettings,
  grpcAbortOf,
  httpAbortOf,
  isMeant,
} from './settings.ts';

export interface FaultDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly stats: {
    readonly delays: Counter;
    readonly aborts: Counter;
    readonly overflow: Counter;
    readonly active: Gauge;
  };
}

/** A request with a fault. */
interface Fault {
  cancel: Cancel | undefined;
}

const details = 'fault_filter_abort';
const body = 'fault filter abort';
const noFields: readonly string[] = [];

/** @param settings those of the listener; a route's go over them. */
export function createFault(name: string, settings: FaultSettings, { clock, random, stats }: FaultDeps): HttpFilter {
  let active = 0;

  /** Counts the exchange once. @returns undefined: there are too many. */
  const begin = (exchange: Exchange, activeMax: number): Fault | undefined => {
    const known = exchange.state.get(name) as Fault | undefined;
    if (known !== undefined) return known;
    if (active >= activeMax) {
      stats.overflow.add(1);
      return undefined;
    }
    const fault: Fault = { cancel: undefined };
    exchange.state.set(name, fault);
    active += 1;
    stats.active.set(active);
    return fault;
  };

  const happens = (share: number): boolean => share >= 1 || (share > 0 && random() < share);

  /** @returns true: the request goes on. */
  const abort = (exchange: Exchange, own: FaultSettings): boolean => {
    const { abort: how, activeMax } = own;
    if (how === undefined) return true;
    const http = how.kind === 'http' ? how.status : how.kind === 'header' ? httpAbortOf(exchange) : undefined;
    const grpc = how.kind === 'grpc' ? how.status : how.kind === 'header' ? grpcAbortOf(exchange) : undefined;
    if (http === undefined && grpc === undefined) return true;
    if (!happens(abortShareOf(how, exchange)) || begin(exchange, activeMax) === undefined) return true;
    stats.aborts.add(1);
    exchange.addFlag('FI');
    exchange.reason = 'fault: abort on purpose';
    exchange.answerGrpc(http ?? 200, http === undefined ? (grpc ?? -1) : -1, body, noFields, details);
    return false;
  };

  return {
    name,
    onRequest(exchange) {
      const found = exchange.filterConfig(name);
      if (found === filterDisabled) return true;
      const own = found === undefined ? settings : (found as FaultSettings);
      const { delay } = own;
      if ((delay === undefined && own.abort === undefined) || !isMeant(own, exchange)) return true;
      const delayMs = delay === undefined ? 0 : delayMsOf(delay, exchange);
      if (delay === undefined || delayMs <= 0 || !happens(delayShareOf(delay, exchange))) return abort(exchange, own);
      const fault = begin(exchange, own.activeMax);
      if (fault === undefined) return abort(exchange, own);
      stats.delays.add(1);
      exchange.addFlag('DI');
      fault.cancel = clock.after(delayMs, () => {
        fault.cancel = undefined;
        if (abort(exchange, own)) exchange.proceed();
      });
      return false;
    },
    onComplete(exchange) {
      if (exchange.state.size === 0) return;
      const fault = exchange.state.get(name) as Fault | undefined;
      if (fault === undefined) return;
      fault.cancel?.();
      active -= 1;
      stats.active.set(active);
    },
  };
}
