/** policy.linkerd.io ServerAuthorization, the older form: who may call which Servers. */

import type { LabelSelector } from '../../label-selector.ts';
import type { Network } from '../network-authentication/spec.ts';

export interface ServerAuthorizationSpec {
  readonly server: { readonly name?: string; readonly selector?: LabelSelector };
  readonly client: {
    /** Absent: every address. */
    readonly networks?: readonly Network[];
    /** True: no certificate is needed. */
    readonly unauthenticated?: boolean;
    readonly meshTLS?: {
      /** True: any TLS, with or without an identity. */
      readonly unauthenticatedTLS?: boolean;
      readonly identities?: readonly string[];
      /** `namespace` is the policy's own where absent. */
      readonly serviceAccounts?: readonly { readonly name: string; readonly namespace?: string }[];
    };
  };
}
