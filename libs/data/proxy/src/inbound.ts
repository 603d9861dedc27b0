/** The table of contents of the way in: from a peer that mutual TLS has named to the application. */

import {
  createAccessLog,
  createAnswerHeaders,
  createForwarded,
  createForwardedClientCert,
  createHeaderMutations,
  createIstioHttpMetrics,
  createNormalizePath,
  createPeerMetadataIn,
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

/** Of one listener. Requests run down the list, answers and ends run up. Who the peer is was settled by the handshake. */
export function inboundPath(deps: StageDeps, table: HttpHandlerTable): HttpPath {
  return composePath([
    // Outermost, so that every exchange is logged, whoever ended it and however.
    createAccessLog(deps, table),
    // Beside the log: what is refused is counted too.
    createIstioHttpMetrics(deps, table),
    // What `weft tap` shows is what the log says.
    createTap(deps),
    // After all changes to an answer.
    createAnswerHeaders(deps, table),
    // What the listener does not take of a head, before anything reads it.
    createHeadRules(table),
    // Who is trusted, and the scheme: before anything believes a header.
    createForwarded(table),
    // Before anything can refuse below, so that a refusal can be found by its id.
    createRequestId(deps, table),
    // Off before the application or a rule sees it: only the metrics believe it, and only of an authenticated peer.
    createPeerMetadataIn(deps),
    // To be read by the application, and by rules about callers.
    createForwardedClientCert(table, deps.proxy.ownUri),
    // Before rules match on a path.
    createNormalizePath(table),
    // An inbound listener has one route, to the application's port; filters read what it says for them.
    createRouteStage(),
    // Knows the request's id and the route: both have a say in sampling. Its context goes on with the request.
    createTracing(deps, table),
    // JWT, authorisation, limits: the listener's own, in the order that it gives them.
    ...table.filters,
    // The route's answer, or where to.
    createDispatchStage(),
    createHeaderMutations(table),
    // After all that read or note the request as it came.
    createRewriteStage(),
    // The application's port is one endpoint; its health decides.
    createBalanceStage(),
    // Plain text over loopback.
    createForwardStage(),
  ]);
}
