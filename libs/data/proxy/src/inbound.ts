/** The table of contents of the way in: from a peer that mutual TLS has named to the application. */

import {
  createAccessLog,
  createForwarded,
  createForwardedClientCert,
  createHeaderMutations,
  createIstioHttpMetrics,
  createPeerMetadataIn,
  createRequestId,
} from '@weft/data-filters';
import { composePath, type HttpPath } from './http/path.ts';
import type { PathDeps } from './http/path-deps.ts';
import { createAnswerHeaders } from './http/stages/answer-headers.ts';
import { createBalanceStage } from './http/stages/balance.ts';
import { createForwardStage } from './http/stages/forward.ts';
import { createRouteStage } from './http/stages/route.ts';

/** Requests run down the list, answers and ends run up. Who the peer is was settled by the listener's handshake. */
export function inboundPath(deps: PathDeps): HttpPath {
  return composePath([
    // Outermost, so that every exchange is logged, whoever ended it and however.
    createAccessLog(deps.log, deps.logged),
    // Beside the log: what is refused is counted too.
    createIstioHttpMetrics(deps.registry, deps.proxy),
    // After all changes to an answer.
    createAnswerHeaders(deps.clock),
    // Before anything can refuse, so that a refusal can be found by its id. JWT, authorisation and rate limits will stand below it.
    createRequestId(deps.random, false),
    // Off before the application or a rule sees it: only the metrics believe it, and only of an authenticated peer.
    createPeerMetadataIn(),
    // To be read by the application, and by rules about callers.
    createForwardedClientCert(deps.proxy.ownUri),
    // The scheme, where no gateway said it.
    createForwarded(false),
    // An inbound listener has one route, to the application's port.
    createRouteStage(deps.random),
    createHeaderMutations(),
    // The application's port is one endpoint; its health decides.
    createBalanceStage(),
    // Plain text over loopback.
    createForwardStage(),
  ]);
}
