/** What the stages of all sidecars are made from: once for the process, so that a scenario costs no set-up. */

import { createAccessLogs, createSpanExporters, createTapHub, type FileSink, type StageDeps } from '@weft/data-filters';
import { createCallouts, workload } from '@weft/data-proxy/testing/http';
import type { UpstreamPools } from '@weft/data-upstream';
import type { Cancel, Clock, Random } from '@weft/kernel';
import { createMetricRegistry } from '@weft/telemetry';

const noCancel: Cancel = () => {};
const quietSink: FileSink = { write: (_text, done) => done(), writeNow() {}, close() {} };
const noPools: UpstreamPools = {
  acquire: () => undefined,
  stats: () => ({ connections: 0, active: 0 }),
  forget() {},
  close() {},
};

/** @param clock tells the time of the scenario under way. @param random likewise. */
export function createStages(clock: Pick<Clock, 'now' | 'monotonic'>, random: Random): StageDeps {
  const registry = createMetricRegistry();
  // What logs and exporters do in the background is none of a scenario's timers.
  const still: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: () => noCancel,
    every: () => noCancel,
    soon() {},
  };
  const callouts = createCallouts({ clock: still, pools: noPools });
  const self = workload('self');
  return {
    clock: still,
    random,
    registry,
    callouts,
    proxy: { self: () => self, ownUri: () => undefined },
    logs: createAccessLogs({
      clock: still,
      registry,
      override: undefined,
      onOpenFailed() {},
      createSink: () => quietSink,
    }),
    spans: createSpanExporters({ clock: still, callouts, registry }),
    tap: createTapHub({ registry }),
  };
}
