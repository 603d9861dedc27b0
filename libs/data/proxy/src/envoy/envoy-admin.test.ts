import { describe, expect, it } from 'vitest';
import { stateOf } from './envoy-admin.ts';

const live = {
  'cluster_manager.cds.update_success': 1,
  'listener_manager.lds.update_success': 1,
  'listener_manager.listener_create_failure': 0,
  'listener_manager.workers_started': 1,
  'server.state': 0,
};
const stats = (changes: Record<string, number>): string =>
  Object.entries({ ...live, ...changes })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

describe('what an Envoy says of itself', () => {
  it('is ready where it is live and has been told of clusters and listeners', () => {
    expect(stateOf(stats({}))).toEqual({
      ...{ notReady: undefined, healthy: true, reason: '', connections: 0 },
      listeners: { updates: 1, failures: 0, settled: 0 },
    });
  });

  it.each<[string, string, number]>([
    ['no clusters', 'cluster_manager.cds.update_success', 0],
    ['no listeners', 'listener_manager.lds.update_success', 0],
    ['not live', 'server.state', 2],
    ['workers', 'listener_manager.workers_started', 0],
    ['could not open a listener', 'listener_manager.listener_create_failure', 1],
  ])('is not ready, for %s', (why, name, value) => {
    expect(stateOf(stats({ [name]: value })).notReady).toContain(why);
  });

  it('is not ready where it says nothing', () => {
    expect(stateOf('').notReady).toBe('no clusters from the control plane yet');
  });

  it('is ready again when an update of listeners is taken after one has failed, until another one fails', () => {
    const seen = [
      [1, 0],
      [1, 1],
      [1, 1],
      [2, 1],
      [2, 1],
      [2, 2],
      [3, 3],
      [4, 3],
    ] as const;
    let last = stateOf('').listeners;
    const ready = seen.map(([updates, failures]) => {
      const changes = {
        'listener_manager.lds.update_success': updates,
        'listener_manager.listener_create_failure': failures,
      };
      const state = stateOf(stats(changes), last);
      last = state.listeners;
      return state.notReady === undefined;
    });
    expect(ready).toEqual([true, false, false, true, true, false, false, true]);
  });

  it('says that the application is not healthy as long as one probe of it fails', () => {
    const cluster = 'cluster.inbound|8080||';
    const sick = stateOf(stats({ [`${cluster}.membership_total`]: 1, [`${cluster}.membership_healthy`]: 0 }));
    expect(sick).toMatchObject({ healthy: false, reason: 'the probe of inbound|8080|| fails', notReady: undefined });
    const well = stateOf(stats({ [`${cluster}.membership_total`]: 1, [`${cluster}.membership_healthy`]: 1 }));
    expect(well.healthy).toBe(true);
  });

  it('counts open connections', () => {
    expect(stateOf(stats({ 'listener.127.0.0.1_15006.downstream_cx_active': 3 })).connections).toBe(3);
  });
});
