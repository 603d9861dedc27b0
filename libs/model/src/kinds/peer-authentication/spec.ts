/** security.istio.io PeerAuthentication: which transport an inbound port takes. */

import type { WorkloadSelector } from '../policy-target.ts';

/** UNSET inherits from the wider policy. */
export type MutualTlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';

export interface PeerAuthenticationSpec {
  readonly selector?: WorkloadSelector;
  readonly mtls?: PeerMutualTls;
  /** Workload port (not service port), in decimal → mode. Only beside a selector with labels. */
  readonly portLevelMtls?: Readonly<Record<string, PeerMutualTls>>;
}

export interface PeerMutualTls {
  /** UNSET where absent. */
  readonly mode?: MutualTlsMode;
}
