/** Changes of headers where the filter stands: envoy.extensions.filters.http.header_mutation.v3. */

import { filterDisabled, type HeaderMutation, type HttpFilter, levelsAbove } from '@weft/data-runtime';

export interface Mutations {
  readonly request: HeaderMutation | undefined;
  readonly response: HeaderMutation | undefined;
}

/** What routes say, the most specific level first: weighted cluster, route, virtual host, table. */
export class MutationLevels {
  readonly levels: readonly Mutations[];

  constructor(levels: readonly Mutations[]) {
    this.levels = levels;
  }

  /** All levels are done, not only the most specific one. */
  [levelsAbove](above: unknown): MutationLevels {
    return above instanceof MutationLevels ? new MutationLevels([...this.levels, ...above.levels]) : this;
  }
}

/** @param mostSpecificLast most_specific_header_mutations_wins: what is done last stands. */
export function createHeaderMutation(name: string, own: Mutations, mostSpecificLast: boolean): HttpFilter {
  return {
    name,
    onRequest(exchange) {
      const levels = exchange.filterConfig(name);
      if (levels === filterDisabled) return true;
      const { fields } = exchange.request;
      own.request?.(fields, exchange);
      if (levels === undefined) return true;
      const all = (levels as MutationLevels).levels;
      for (let i = 0; i < all.length; i += 1)
        (all[mostSpecificLast ? all.length - 1 - i : i] as Mutations).request?.(fields, exchange);
      return true;
    },
    onResponse(exchange) {
      const levels = exchange.filterConfig(name);
      if (levels === filterDisabled) return;
      const { responseFields } = exchange;
      own.response?.(responseFields, exchange);
      if (levels === undefined) return;
      const all = (levels as MutationLevels).levels;
      for (let i = 0; i < all.length; i += 1)
        (all[mostSpecificLast ? all.length - 1 - i : i] as Mutations).response?.(responseFields, exchange);
    },
  };
}
