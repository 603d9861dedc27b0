/** In which order the parts of a proxy start, by itself or in the place of another process; they stop in the opposite one. */

import { delay, type Part } from '@weft/kernel';
import { lookMs } from './drain.ts';
import { assertListenersFree } from './free-port.ts';
import type { ProxyOptions } from './proxy-options.ts';
import type { ProxyParts } from './proxy-parts.ts';
import type { SideServers } from './side-servers.ts';
import type { Predecessor } from './workers/predecessor.ts';

/** What can fail for the operator's doing comes first; the session last, since it brings the traffic. */
export function inOrder(
  options: ProxyOptions,
  parts: ProxyParts,
  servers: SideServers,
  dataPath: Part,
): readonly Part[] {
  const { manager, session } = parts;
  return [
    { name: 'state folder', start: () => parts.state.open(options.stateDir) },
    { name: 'ports', start: () => assertListenersFree(options) },
    { name: 'readiness', start: servers.readiness.start, stop: servers.readiness.stop },
    { name: 'prometheus', start: servers.prometheus.start, stop: servers.prometheus.stop },
    { name: 'admin', start: servers.admin.start, stop: servers.admin.stop },
    { name: 'identity', start: manager.start, stop: manager.stop },
    ...(parts.workloadApi === undefined ? [] : [parts.workloadApi]),
    dataPath,
    { name: 'session', start: session.start, stop: session.stop },
  ];
}

/** Not one connection is taken before this process can serve it; the ports beside come last. */
export function takingOver(
  options: ProxyOptions,
  predecessor: Predecessor,
  parts: ProxyParts,
  servers: SideServers,
  dataPath: Part,
  when: { canServe(): boolean; serves(): boolean },
): readonly Part[] {
  const { manager, session } = parts;
  const { admin, prometheus, readiness } = servers;
  const { clock } = options;
  return [
    { name: 'state folder', start: () => parts.state.open(options.stateDir) },
    { name: 'identity', start: manager.start, stop: manager.stop },
    ...(parts.workloadApi === undefined ? [] : [parts.workloadApi]),
    dataPath,
    { name: 'session', start: session.start, stop: session.stop },
    {
      name: 'sockets',
      async start() {
        while (!when.canServe()) await delay(clock, lookMs);
        predecessor.open();
        while (!when.serves()) await delay(clock, lookMs);
      },
    },
    { name: 'prometheus', start: prometheus.start, stop: prometheus.stop },
    { name: 'admin', start: admin.start, stop: admin.stop },
    { name: 'readiness', start: readiness.start, stop: readiness.stop },
    { name: 'take over', start: predecessor.ready },
  ];
}
