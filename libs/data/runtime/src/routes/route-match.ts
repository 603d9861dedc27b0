/** The conditions of a route besides its path, as one closure. */

import type { Random } from '@weft/kernel';
import type { RouteMatch } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { refuse } from '../check/refuse.ts';
import { runtimeShareOf } from '../matchers/fraction.ts';
import { compileHeaderTest } from '../matchers/header-matcher.ts';
import { compileMetadataTest } from '../matchers/metadata-matcher.ts';
import { compileQueryTest } from '../matchers/query-matcher.ts';
import type { RouteFacts, RouteRequest } from '../tables/route.ts';
import { compilePath, type PathMatch } from './path-match.ts';

/** Nothing in place of `facts`: a plain connection without metadata. */
export type RouteTest = (request: RouteRequest, facts: RouteFacts | undefined, random: Random) => boolean;

export interface CompiledMatch {
  readonly path: PathMatch;
  /** Nothing: the path decides alone. CONNECT is not asked here. */
  readonly test: RouteTest | undefined;
}

/**
 * Envoy's RouteMatch: runtime fraction, headers, query parameters, gRPC, TLS and metadata, all of which must hold, with the path.
 * @throws WeftError `config_rejected`
 */
export function compileMatch(match: RouteMatch | undefined, where: string): CompiledMatch {
  if (match === undefined) refuse(where, 'match is missing');
  const path = compilePath(match, where);
  const tests: RouteTest[] = [];
  if (match.grpc !== undefined) tests.push(isGrpc);
  for (const header of match.headers) tests.push(compileHeaderTest(header, where));
  for (const parameter of match.queryParameters) tests.push(compileQueryTest(parameter, where));
  const tls = compileTls(match);
  if (tls !== undefined) tests.push(tls);
  for (const matcher of match.dynamicMetadata) {
    const test = compileMetadataTest(matcher, `${where}: dynamic_metadata`);
    tests.push((_request, facts) => test(facts?.metadata));
  }
  // Last: chance is only asked for a request that the route would take.
  if (match.runtimeFraction !== undefined) tests.push(byChance(runtimeShareOf(match.runtimeFraction, 1)));
  return { path, test: every(tests) };
}

const isGrpc: RouteTest = (request) => {
  const type = request.header('content-type');
  if (type === undefined || !type.startsWith('application/grpc')) return false;
  return type.length === 16 || type.charCodeAt(16) === 43;
};

function byChance(share: number): RouteTest {
  if (share >= 1) return () => true;
  if (share <= 0) return () => false;
  return (_request, _facts, random) => random() < share;
}

function compileTls(match: RouteMatch): RouteTest | undefined {
  const { presented, validated } = match.tlsContext ?? {};
  if (presented === undefined && validated === undefined) return undefined;
  return (_request, facts) => {
    const connection = facts?.connection;
    if (presented !== undefined && (connection?.peerCertificate() !== undefined) !== presented) return false;
    return validated === undefined || (connection?.peerCertificateHash !== undefined) === validated;
  };
}

function every(tests: readonly RouteTest[]): RouteTest | undefined {
  const [first, second] = tests;
  if (first === undefined || second === undefined) return first;
  if (tests.length === 2) {
    return (request, facts, random) => first(request, facts, random) && second(request, facts, random);
  }
  return (request, facts, random) => {
    for (let index = 0; index < tests.length; index += 1) if (!tests[index]!(request, facts, random)) return false;
    return true;
  };
}
