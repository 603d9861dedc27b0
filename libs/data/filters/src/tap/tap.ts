/** Tap: who is at the admin port sees the exchanges that pass, as they end. A stream costs nothing while nobody looks. */

import { compileJsonFormat, type Exchange, type HttpFilter, jsonText } from '@weft/data-runtime';
import { type Cancel, describeProvenance } from '@weft/kernel';
import type { Counter, MetricRegistry } from '@weft/telemetry';
import type { RecentExchanges } from './recent.ts';
import type { TapTest } from './tap-query.ts';
import { TapQueue, type TapSink } from './tap-queue.ts';

export const tapLimits = {
  /** Taps at a time. */
  tapsMax: 8,
  /** Lines that wait for one who reads slowly; further ones are dropped and counted. */
  waitingLinesMax: 1_024,
} as const;

export interface Tap {
  /** The sink takes more again. */
  drained(): void;
  stop: Cancel;
}

export interface TapHub {
  readonly taps: number;
  /** @returns nothing: there are `tapsMax` already. */
  open(test: TapTest, sink: TapSink): Tap | undefined;
  offer(exchange: Exchange): void;
  /** What passed before anybody looked; nothing: it is not kept. */
  readonly recent: RecentExchanges | undefined;
}

interface OpenTap {
  readonly test: TapTest;
  readonly queue: TapQueue;
}

/** One for all taps of a process, those that it has in its workers too. */
export function tapLinesLost(registry: MetricRegistry): Counter {
  return registry.counter('weft_tap_lines_dropped_total', 'Lines that a tap was too slow for.', []).slot([]);
}

export function createTapHub(deps: { readonly registry: MetricRegistry; readonly recent?: RecentExchanges }): TapHub {
  const lost = tapLinesLost(deps.registry);
  const line = compileTapLine();
  let open: readonly OpenTap[] = [];
  return {
    recent: deps.recent,
    get taps() {
      return open.length;
    },
    open(test, sink) {
      if (open.length >= tapLimits.tapsMax) return undefined;
      const tap: OpenTap = { test, queue: new TapQueue(sink, tapLimits.waitingLinesMax) };
      open = [...open, tap];
      return {
        drained: () => tap.queue.drained(),
        stop() {
          open = open.filter((one) => one !== tap);
        },
      };
    },
    offer(exchange) {
      let text: string | undefined;
      for (const tap of open) {
        if (!tap.test(exchange)) continue;
        text ??= `${line(exchange)}\n`;
        if (!tap.queue.add(text)) lost.add(1);
      }
    },
  };
}

/** Stands outermost, beside the access log. */
export function createTap(deps: { readonly tap: TapHub }): HttpFilter {
  const { tap } = deps;
  return {
    name: 'tap',
    onComplete(exchange) {
      if (tap.taps > 0) tap.offer(exchange);
      tap.recent?.offer(exchange);
    },
  };
}

function compileTapLine(): (exchange: Exchange) => string {
  const format = {
    authority: '%REQ(:AUTHORITY)%',
    bytes_received: '%BYTES_RECEIVED%',
    bytes_sent: '%BYTES_SENT%',
    attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
    duration_ms: '%DURATION%',
    flags: '%RESPONSE_FLAGS%',
    grpc_status: '%GRPC_STATUS_NUMBER%',
    method: '%REQ(:METHOD)%',
    path: '%PATH(WQ)%',
    protocol: '%PROTOCOL%',
    remote: '%DOWNSTREAM_REMOTE_ADDRESS%',
    request_id: '%REQ(X-REQUEST-ID)%',
    route: '%ROUTE_NAME%',
    source_principal: '%DOWNSTREAM_PEER_URI_SAN%',
    start_time: '%START_TIME%',
    status: '%RESPONSE_CODE%',
    details: '%RESPONSE_CODE_DETAILS%',
    trace_id: '%TRACE_ID%',
    upstream_cluster: '%UPSTREAM_CLUSTER%',
    upstream_host: '%UPSTREAM_HOST%',
    upstream_protocol: '%UPSTREAM_PROTOCOL%',
  };
  return compileJsonFormat(format, 'tap', {
    extra: {
      direction: ({ connection }) => `"${connection.direction}"`,
      source_workload: ({ peerWorkload }) => jsonText(peerWorkload?.workload),
      destination_workload: ({ endpoint }) => jsonText(endpoint?.workload.workload),
      reason: ({ reason, route }) =>
        reason !== '' ? jsonText(reason) : route === undefined ? 'null' : jsonText(describeProvenance(route.from)),
    },
  });
}
