/** Changed routes wait for the endpoints of new clusters. */

import { createManualClock } from '@weft/kernel';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { describe, expect, it } from 'vitest';
import { warmingMs } from '../limits.ts';
import {
  assignment,
  edsCluster,
  host,
  lbEndpoint,
  request,
  routeTo,
  routeUpdate,
  testRuntime,
  update,
} from '../testing/resources.ts';

describe('changed routes', () => {
  const both = () =>
    routeUpdate('r', [
      host('h', ['*'], [routeTo('new', { pathSpecifier: { case: 'path', value: '/' } }), routeTo('old')]),
    ]);

  function running() {
    const clock = createManualClock();
    const runtime = testRuntime(clock);
    runtime.apply(update(ClusterSchema, [edsCluster('old')]));
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('old', [lbEndpoint('10.0.0.1', 1)])]));
    runtime.apply(routeUpdate('r', [host('h', ['*'], [routeTo('old')])]));
    runtime.apply(update(ClusterSchema, [edsCluster('new')]));
    const routeName = () => runtime.tables.routes.get('r')?.match(request('GET a/'))?.name;
    return { clock, runtime, routeName };
  }

  it('wait for the endpoints of a cluster that is new', () => {
    const { clock, runtime, routeName } = running();
    expect(runtime.apply(both())).toBeUndefined();
    expect(routeName()).toBe('old');
    runtime.apply(update(ClusterLoadAssignmentSchema, [assignment('new', [lbEndpoint('10.0.0.2', 2)])]));
    expect(routeName()).toBe('new');
    expect(clock.pending()).toBe(0);
  });

  it('wait for a bounded time', () => {
    const { clock, runtime, routeName } = running();
    runtime.apply(both());
    clock.advance(warmingMs - 1);
    expect(routeName()).toBe('old');
    clock.advance(1);
    expect(routeName()).toBe('new');
  });

  it('do not wait for a cluster that does not exist, and give way to later ones', () => {
    const { clock, runtime, routeName } = running();
    runtime.apply(both());
    runtime.apply(routeUpdate('r', [host('h', ['*'], [routeTo('missing')])]));
    expect(routeName()).toBe('missing');
    expect(clock.pending()).toBe(0);
    runtime.apply(both());
    runtime.stop();
    expect(clock.pending()).toBe(0);
  });
});
