/** All that a proxy is told (interfaces.md, section 3). */

import type { Clock, Random } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { HostPort, IngressFlag } from './session/node-description.ts';
import type { Predecessor } from './workers/predecessor.ts';
import type { SuccessorCommand } from './workers/successor.ts';

/** Where an application shows its metrics. */
export interface AppMetricsSource {
  readonly at: HostPort;
  /** "/metrics". */
  readonly path: string;
}

export interface ProxyOptions {
  readonly mode: 'sidecar' | 'gateway';
  readonly workloadGroup: { readonly namespace: string; readonly name: string };
  /** True: `workloadGroup` names the pod that it runs in, and it registers with no group. */
  readonly pod?: boolean;
  /** The control plane: streams and the CA. */
  readonly xds: { readonly host: string; readonly port: number };
  /** DNS name to expect in its certificate where it is not the address. */
  readonly xdsServerName: string | undefined;
  /** Folder with `token` and `root-cert.pem`. */
  readonly tokenDir: string;
  /** Address that peers reach this proxy at. */
  readonly address: string;
  readonly inbound: readonly IngressFlag[];
  /** Where applications find their explicit proxy; nothing for a gateway. */
  readonly outbound: HostPort | undefined;
  /** Connections of the application are captured, in both directions; absent: they are not. */
  readonly captured?: boolean;
  readonly gatewayBind: string;
  readonly admin: HostPort;
  readonly readiness: HostPort;
  readonly prometheus: HostPort;
  /** 0700: last good configuration, key and certificate. */
  readonly stateDir: string;
  /** Path of a Unix socket for the SPIFFE Workload API; nothing: it is not served. */
  readonly workloadApi?: string | undefined;
  /** Nothing: standard output. */
  readonly accessLog: string | undefined;
  /** Between two writes of the access log; nothing: 250. */
  readonly accessLogFlushMs?: number;
  /** Where the application's own metrics are, to be shown with the proxy's. */
  readonly appMetrics?: AppMetricsSource | undefined;
  readonly drainSeconds: number;
  /** Environment variables, for tags of spans and lines of access logs; absent: none is set. */
  readonly environment?: ((name: string) => string | undefined) | undefined;
  /** Answers that the proxy makes by itself say why, with the places of rules: `x-weft-reason`. Absent: they do. */
  readonly reasonHeader?: boolean;
  /** Of this program. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Processes that accept connections; nothing or 1: this one, alone. */
  readonly concurrency?: number;
  /** How to start one of several; needed where `concurrency` is over 1. */
  readonly workerCommand?: (index: number) => SuccessorCommand;
  /** The process that this one takes over from: it gives its sockets, and hears when this one serves. */
  readonly predecessor?: Predecessor;
  /** How to start the process that takes over from this one; nothing: none can. */
  readonly successor?: SuccessorCommand;
  /** POST /quitquitquit: end the process now. */
  onQuit(): void;
}
