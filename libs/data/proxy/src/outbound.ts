/** The table of contents of the way out: from an application, or from the outside at a gateway, to an endpoint. */

import {
  createAccessLog,
  createAttemptCount,
  createClientCertRemoval,
  createForwarded,
  createHeaderMutations,
  createIstioHttpMetrics,
  createPeerMetadataOut,
  createRequestId,
} from '@weft/data-filters';
import { composePath, type HttpPath } from './http/path.ts';
import type { PathDeps } from './http/path-deps.ts';
import { createAnswerHeaders } from './http/stages/answer-headers.ts';
import { createBalanceStage } from './http/stages/balance.ts';
import { createForwardStage } from './http/stages/forward.ts';
import { createRouteStage } from './http/stages/route.ts';

/** A sidecar's way out. Requests run down the list, answers and ends run up. */
export function outboundPath(deps: PathDeps): HttpPath {
  return outward(deps, false);
}

/** The same at an ingress gateway: its clients are outside the mesh and are not believed. */
export function gatewayPath(deps: PathDeps): HttpPath {
  return outward(deps, true);
}

function outward(deps: PathDeps, edge: boolean): HttpPath {
  return composePath([
    // Outermost, so that every exchange is logged, whoever ended it and however.
    createAccessLog(deps.log, deps.logged),
    // Beside the log: a request that never found a route is counted too.
    createIstioHttpMetrics(deps.registry, deps.proxy),
    // After all changes to an answer: what it says of server and time is the last word.
    createAnswerHeaders(deps.clock),
    // Before anything can fail, so that a failure can be found by its id.
    createRequestId(deps.random, edge),
    // Before routing, because rules may match these headers.
    createForwarded(edge),
    // Neither an application nor a client outside can speak for a certificate.
    createClientCertRemoval(),
    // One decision for the whole request: route, target by weight, timeout and rewrite. Retries will go below it, above the balancer.
    createRouteStage(deps.random),
    // After the decision that they belong to, before anything leaves.
    createHeaderMutations(),
    // The last word on this header; it will count when retries stand above it.
    createAttemptCount(),
    // As late as it can be: it looks at what is in flight now.
    createBalanceStage(),
    // To secured endpoints only, so after the choice: the peer's metrics name this workload.
    createPeerMetadataOut(deps.proxy.self),
    // The pool, the peer's identity and the wire.
    createForwardStage(),
  ]);
}
