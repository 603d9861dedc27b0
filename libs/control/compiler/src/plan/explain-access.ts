/** Whether the workload at the other end lets a request in, from compiled resources alone. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { Provenance } from '@weft/kernel';
import { verdictOf } from './evaluate/access.ts';
import type { AskedRequest } from './evaluate/asked-request.ts';
import type { DecodedSnapshot } from './evaluate/decoded-snapshot.ts';
import { serverPorts } from './evaluate/server-side.ts';
import { provenanceFrom } from './explain-request.ts';

export interface ExplainedAccess {
  /** "inventory.shop". */
  readonly workload: string;
  readonly port: number;
  readonly allowed: boolean;
  /** "ns[shop]-policy[guard]-rule[0]"; empty: no rule says anything, or (denied) none allows it. */
  readonly policy: string;
  /** Where the rule is written. */
  readonly from?: Provenance;
  /** An authorizer outside is asked too. */
  readonly asksAuthorizer: boolean;
}

/**
 * @param workload how it is called. @param server what its proxy is sent. @param port of the endpoint; a port that takes no HTTP has no answer.
 * @param principal SPIFFE URI that the caller shows; empty: none.
 */
export function explainAccess(
  workload: string,
  server: DecodedSnapshot,
  port: number,
  request: AskedRequest,
  principal: string,
): ExplainedAccess | undefined {
  const ports = serverPorts(server).filter(({ http }) => http);
  const found = ports.find((one) => one.port === port) ?? (ports.length === 1 ? ports[0] : undefined);
  if (found === undefined) return undefined;
  const call = { ...request, principal, port: found.port, sourceAddress: '' };
  const { allowed, policy } = verdictOf(found.rules, call);
  const place = placesOf(server)[policy];
  const from = place === undefined ? {} : { from: provenanceFrom(place) };
  return { workload, port: found.port, allowed, policy, asksAuthorizer: found.asksAuthorizer, ...from };
}

/** Of the policies in RBAC filters, by their names there (weft-metadata.md). */
function placesOf({ listeners }: DecodedSnapshot): Readonly<Record<string, JsonObject>> {
  const found: Record<string, JsonObject> = {};
  for (const { metadata } of listeners.values()) {
    const policies = metadata?.filterMetadata['weft']?.['policies'];
    if (typeof policies === 'object' && policies !== null) Object.assign(found, policies);
  }
  return found;
}
