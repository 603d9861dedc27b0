/** Authorisation of connections: envoy.extensions.filters.network.rbac.v3. */

import type { NetworkFilter } from '@weft/data-runtime';
import type { Counter } from '@weft/telemetry';
import { allows, deniedDetails, deniedReason, type PolicyFrom, type RbacRules } from '../../rbac-rules.ts';
import type { RbacSubject } from '../../rbac-subject.ts';

export interface NetworkRbacEngine {
  readonly rules: RbacRules;
  readonly allowed: Counter;
  readonly denied: Counter;
}

/** Judges a connection once, when its identity is known. */
export function createNetworkRbac(
  name: string,
  enforced: NetworkRbacEngine | undefined,
  shadow: NetworkRbacEngine | undefined,
  policyFrom?: PolicyFrom,
): NetworkFilter {
  return {
    name,
    onConnection({ connection }) {
      const subject: RbacSubject = {
        connection,
        request: undefined,
        remoteAddress: connection.remoteAddress,
        metadata: undefined,
      };
      if (shadow !== undefined) judge(shadow, subject);
      if (enforced === undefined) return undefined;
      const { allowed, matched } = judge(enforced, subject);
      if (allowed) return undefined;
      const reason = deniedReason(enforced.rules, matched, policyFrom);
      return { flag: '-', details: deniedDetails(matched), reason };
    },
  };
}

function judge(engine: NetworkRbacEngine, subject: RbacSubject) {
  const matched = engine.rules.match(subject);
  const allowed = allows(engine.rules, matched);
  (allowed ? engine.allowed : engine.denied).add(1);
  return { allowed, matched };
}
