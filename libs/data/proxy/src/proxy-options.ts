/** All that a proxy is told (interfaces.md, section 3). */

import type { Clock, Random } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { HostPort, IngressFlag } from './session/node-description.ts';

export interface ProxyOptions {
  readonly mode: 'sidecar' | 'gateway';
  readonly workloadGroup: { readonly namespace: string; readonly name: string };
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
  readonly gatewayBind: string;
  readonly admin: HostPort;
  readonly readiness: HostPort;
  readonly prometheus: HostPort;
  /** 0700: last good configuration, key and certificate. */
  readonly stateDir: string;
  /** Nothing: standard output. */
  readonly accessLog: string | undefined;
  readonly drainSeconds: number;
  /** Of this program. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** POST /quitquitquit: end the process now. */
  onQuit(): void;
}
