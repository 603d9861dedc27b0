/** A path: the stages of one direction, flattened once into lists of functions. */

import type { HttpExchange } from './exchange.ts';

/** As HttpFilter, with the whole exchange: for the stages that only this library has. Every HttpFilter is one. */
export interface HttpStage {
  readonly name: string;
  readonly onRequest?: (exchange: HttpExchange) => boolean;
  readonly onResponse?: (exchange: HttpExchange) => void;
  readonly onComplete?: (exchange: HttpExchange) => void;
}

export interface HttpPath {
  readonly stages: readonly string[];
  readonly request: readonly ((exchange: HttpExchange) => boolean)[];
  /** Last stage first. */
  readonly response: readonly ((exchange: HttpExchange) => void)[];
  readonly complete: readonly ((exchange: HttpExchange) => void)[];
}

export function composePath(stages: readonly HttpStage[]): HttpPath {
  const backwards = stages.toReversed();
  return {
    stages: stages.map((stage) => stage.name),
    request: stages.flatMap((stage) => stage.onRequest ?? []),
    response: backwards.flatMap((stage) => stage.onResponse ?? []),
    complete: backwards.flatMap((stage) => stage.onComplete ?? []),
  };
}
