/** The table of contents of the way out: from an application, or from the outside at a gateway, to an endpoint. */

import {
  createAccessLog,
  createAnswerHeaders,
  createForwarded,
  createForwardedClientCert,
  createHeaderMutations,
  createIstioHttpMetrics,
  createNormalizePath,
  createPeerMetadataOut,
  createRequestId,
  createTap,
  createTracing,
  type StageDeps,
} from '@weft/data-filters';
import type { HttpHandlerTable } from '@weft/data-runtime';
import { composePath, type HttpPath } from './http/path.ts';
import { createBalanceStage } from './http/stages/balance.ts';
import { createForwardStage } from './http/stages/forward.ts';
import { createHeadRules } from './http/stages/head-rules.ts';
import { createRewriteStage } from './http/stages/rewrite.ts';
import { createDispatchStage, createRouteStage } from './http/stages/route.ts';

/** Of one listener. Requests run down the list, answers and ends run up. */
export function outboundPath(deps: StageDeps, table: HttpHandlerTable): HttpPath {
  return composePath([
    // Outermost, so that every exchange is logged, whoever ended it and however.
    createAccessLog(deps, table),
    // Beside the log: a request that never found a route is counted too.
    createIstioHttpMetrics(deps, table),
    // What `weft tap` shows is what the log says.
    createTap(deps),
    // After all changes to an answer: what it says of server and time is the last word.
    createAnswerHeaders(deps, table),
    // What the listener does not take of a head, before anything reads it.
    createHeadRules(table),
    // Who is trusted, and the scheme: before anything believes a header.
    createForwarded(table),
    // Before anything can fail below, so that a failure can be found by its id.
    createRequestId(deps, table),
    // Neither an application nor a client outside can speak for a certificate.
    createForwardedClientCert(table, deps.proxy.ownUri),
    // Before anything matches on a path.
    createNormalizePath(table),
    // Filters read the route and what it says for them. Its answer, or its rewrites, come after them.
    createRouteStage(),
    // Knows the request's id and the route: both have a say in sampling. Its context goes on with the request.
    createTracing(deps, table),
    // The listener's own, in the order that it gives them.
    ...table.filters,
    // The route's answer, or where to: redirect, direct response, cluster.
    createDispatchStage(),
    // After the decision that they belong to, before anything leaves.
    createHeaderMutations(table),
    // After all that read or note the request as it came.
    createRewriteStage(),
    // As late as it can be: it looks at what is in flight now.
    createBalanceStage(),
    // To secured endpoints only, so after the choice: the peer's metrics name this workload.
    createPeerMetadataOut(deps),
    // Attempts: the pool, the peer's identity and the wire; retries go back to the balancer.
    createForwardStage(),
  ]);
}
