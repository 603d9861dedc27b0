/** What RBAC rules read: a request on its connection, or a connection alone. */

import type { ConnectionInfo, DynamicMetadata, RouteRequest } from '@weft/data-runtime';

/** One object a filter, filled for each judgement. */
export interface RbacSubject {
  connection: ConnectionInfo;
  /** Nothing: a connection is judged. */
  request: RouteRequest | undefined;
  /** The trusted address of the client, with a port. */
  remoteAddress: string;
  metadata: DynamicMetadata | undefined;
}

export type RbacTest = (subject: RbacSubject) => boolean;

/** Where rules are judged: header and path rules are refused for connections, as Envoy does. */
export type RbacScope = 'http' | 'network';

/** All hold; an empty list holds. */
export function allOf(tests: readonly RbacTest[]): RbacTest {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (subject) => first(subject) && second(subject);
  return (subject) => {
    for (let i = 0; i < tests.length; i += 1) if (!(tests[i] as RbacTest)(subject)) return false;
    return true;
  };
}

/** One holds; an empty list does not. */
export function anyOf(tests: readonly RbacTest[]): RbacTest {
  const [first, second] = tests;
  if (first === undefined) return () => false;
  if (second === undefined) return first;
  if (tests.length === 2) return (subject) => first(subject) || second(subject);
  return (subject) => {
    for (let i = 0; i < tests.length; i += 1) if ((tests[i] as RbacTest)(subject)) return true;
    return false;
  };
}
