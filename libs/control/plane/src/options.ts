/** What a control plane is told; every setting is a flag of its process (interfaces.md, section 3). */

import type { TokenReviewer } from '@weft/control-ca';
import type { Clock } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import type { Address } from './grpc/listen.ts';
import type { KubernetesOptions } from './kubernetes/options.ts';

export interface ControlPlaneOptions {
  /** Watched folders of YAML; where two define one resource, the first folder's stays. */
  readonly configDirs: readonly string[];
  /** Watched file with Istio's MeshConfig, YAML or JSON; its defaults where absent. */
  readonly meshConfig?: string | undefined;
  /** 0700: CA, keys, operator token, applied resources, registered workloads. */
  readonly stateDir: string;
  /** A plugged-in CA under the names of Istio's cacerts; one of its own where absent. */
  readonly caDir?: string | undefined;
  /** Judges tokens of Kubernetes service accounts; they are refused where absent. */
  readonly tokenReviewer?: TokenReviewer | undefined;
  /** The cluster whose objects are read and whose pods are served; none where absent. */
  readonly kubernetes?: KubernetesOptions | undefined;
  /** Where join tokens are kept in files; none where absent. */
  readonly tokenDir?: string | undefined;
  /** ADS and CA over TLS. */
  readonly xds: Address;
  /** ADS in clear text; off where absent, loopback only. */
  readonly xdsClear?: Address | undefined;
  readonly monitoring: Address;
  /** Loopback only. */
  readonly api: Address;
  readonly trustDomain: string;
  readonly domain: string;
  /** More names and addresses for the certificate of `xds`. */
  readonly sans: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where it really listens: port 0 is resolved. */
export interface ControlPlaneAddresses {
  readonly xds: Address;
  readonly xdsClear: Address | undefined;
  readonly monitoring: Address;
  readonly api: Address;
  /** Nothing where it is off. */
  readonly webhook: Address | undefined;
}

export { SettingError } from './setting-error.ts';
