/** How the filter that changes headers is made from its message. */

import { compileMutation, type HeaderMutation, type HttpFilterKind, refuse, unpack } from '@weft/data-runtime';
import type { HeaderMutation as Message } from '@weft/xds-messages/envoy/config/common/mutation_rules/v3/mutation_rules';
import {
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
  type Mutations as MutationsMessage,
} from '@weft/xds-messages/envoy/extensions/filters/http/header_mutation/v3/header_mutation';
import { createHeaderMutation, MutationLevels, type Mutations } from './header-mutation.ts';

/** Pseudo headers, Host and what framing stands on are refused by name. */
export function createHeaderMutationKind(): HttpFilterKind {
  return {
    schema: HeaderMutationSchema,
    perRouteSchema: HeaderMutationPerRouteSchema,
    supported: {
      'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': [
        'mutations',
        'most_specific_header_mutations_wins',
      ],
      'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': ['mutations'],
      'envoy.extensions.filters.http.header_mutation.v3.Mutations': ['request_mutations', 'response_mutations'],
      'envoy.config.common.mutation_rules.v3.HeaderMutation': ['remove', 'append'],
    },
    compile(config, name, _context, where) {
      const message = unpack(config, HeaderMutationSchema, where);
      return createHeaderMutation(
        name,
        compileMutations(message.mutations, where),
        message.mostSpecificHeaderMutationsWins,
      );
    },
    compilePerRoute: (config, _context, where) =>
      new MutationLevels([compileMutations(unpack(config, HeaderMutationPerRouteSchema, where).mutations, where)]),
  };
}

function compileMutations(message: MutationsMessage | undefined, where: string): Mutations {
  return {
    request: compileList(message?.requestMutations ?? [], `${where}: request_mutations`),
    response: compileList(message?.responseMutations ?? [], `${where}: response_mutations`),
  };
}

/** Each sees what those before it did. */
function compileList(list: readonly Message[], where: string): HeaderMutation | undefined {
  const steps = list.map((one, index) => compileOne(one, `${where}[${index}]`)).filter((step) => step !== undefined);
  if (steps.length <= 1) return steps[0];
  return (fields, exchange) => {
    for (let i = 0; i < steps.length; i += 1) (steps[i] as HeaderMutation)(fields, exchange);
  };
}

function compileOne({ action }: Message, where: string): HeaderMutation | undefined {
  switch (action.case) {
    case 'append':
      return compileMutation([action.value], [], where);
    case 'remove':
      return compileMutation([], [action.value], where);
    default:
      return refuse(where, 'neither append nor remove is set');
  }
}
