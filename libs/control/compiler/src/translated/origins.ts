/** Where the server of a Gateway that stands in for another resource is written. */

import type { Provenance } from '@weft/kernel';
import type { Resource } from '@weft/model';
import { provenanceOf } from '../provenance.ts';

export interface Origin {
  /** "Gateway ns/name", "Ingress ns/name": as it was written. */
  readonly resource: string;
  /** "servers[0]" → a path below spec of the resource that was written. */
  readonly ruleOf: (rule: string) => string;
}

const origins = new WeakMap<Resource<'Gateway'>, Origin>();

export function recordOrigin(standIn: Resource<'Gateway'>, origin: Origin): void {
  origins.set(standIn, origin);
}

/** @param rule "servers[0]". */
export function serverOrigin(gateway: Resource<'Gateway'>, rule: string): Provenance {
  const from = provenanceOf(gateway, rule);
  const origin = origins.get(gateway);
  return origin === undefined ? from : { ...from, resource: origin.resource, rule: origin.ruleOf(rule) };
}
