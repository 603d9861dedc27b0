/** When a proxy is ready (istio: pilot-agent's status/ready/probe.go): configured, listening, certified, not on its way out. */

import type { Tables } from '@weft/data-runtime';
import { isWarm } from './data-path.ts';
import type { ListenerState } from './listeners/listener-manager-options.ts';
import type { SessionState } from './session/session.ts';

export interface ReadinessView {
  readonly draining: boolean;
  readonly session: SessionState;
  readonly tables: Pick<Tables, 'listeners'>;
  readonly listeners: readonly ListenerState[];
  readonly certified: boolean;
}

/** Why it is not ready, one sentence; nothing when it is. */
export function notReadyReason(view: ReadinessView): string | undefined {
  if (view.draining) return 'draining';
  const { session } = view;
  if (!session.configured) {
    const why = session.connected || session.reason === '' ? 'its answer has not come' : session.reason;
    return `no configuration from the control plane yet: ${why}`;
  }
  if (!view.certified) return 'no certificate from the CA yet';
  for (const table of view.tables.listeners.values()) {
    if (!isWarm(table)) return `the routes of listener ${table.name} have not come yet`;
  }
  const closed = view.listeners.find((listener) => listener.state !== 'listening');
  return closed === undefined ? undefined : `listener ${closed.name}: ${closed.error ?? closed.state}`;
}
