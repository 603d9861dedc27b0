/** A path: the stages of one listener, flattened once into lists of functions. */

import type { HttpExchange } from './exchange.ts';

/** As HttpFilter, with the whole exchange: for the stages that only this library has. Every HttpFilter is one. */
export interface HttpStage {
  readonly name: string;
  readonly onRequest?: (exchange: HttpExchange) => boolean;
  readonly onResponse?: (exchange: HttpExchange) => void;
  readonly onResponseTrailers?: (exchange: HttpExchange) => void;
  readonly onComplete?: (exchange: HttpExchange) => void;
}

export interface HttpPath {
  readonly request: readonly ((exchange: HttpExchange) => boolean)[];
  /** Last stage first, as all that follow. */
  readonly response: readonly ((exchange: HttpExchange) => void)[];
  readonly trailers: readonly ((exchange: HttpExchange) => void)[];
  readonly complete: readonly ((exchange: HttpExchange) => void)[];
  /** Beside `complete`: how many of `request` must have been called for it to be due. */
  readonly completeAfter: readonly number[];
  /** Those of `complete` that write access logs: an answer that is a redirect to follow gets a line of its own. */
  readonly log: readonly ((exchange: HttpExchange) => void)[];
  /** Index in `request` of the stage that chooses the route. */
  readonly routeAt: number;
}

/** @param stages those that a listener does not have may be undefined. */
export function composePath(stages: readonly (HttpStage | undefined)[]): HttpPath {
  const present = stages.filter((stage) => stage !== undefined);
  const backwards = present.toReversed();
  const asked = present.filter((stage) => stage.onRequest !== undefined);
  const ending = backwards.filter((stage) => stage.onComplete !== undefined);
  return {
    request: asked.flatMap((stage) => stage.onRequest ?? []),
    response: backwards.flatMap((stage) => stage.onResponse ?? []),
    trailers: backwards.flatMap((stage) => stage.onResponseTrailers ?? []),
    complete: ending.flatMap((stage) => stage.onComplete ?? []),
    completeAfter: ending.map((stage) => asked.indexOf(stage) + 1),
    log: ending.flatMap((stage) => (stage.name === 'access-log' ? (stage.onComplete ?? []) : [])),
    routeAt: asked.findIndex((stage) => stage.name === 'route'),
  };
}
