/** WEFT0132: a part of the Gateway API that is not accepted, or a reference in it that leads nowhere. */

import { reportedConditions } from '@weft/model';
import type { Analyser } from '../analyser.ts';

export const gatewayApiConditions: Analyser = {
  code: 'WEFT0132',
  name: 'gateway-api-conditions',
  severity: 'error',
  istio: [],
  summary:
    'A listener, route or policy of the Gateway API has the condition `Accepted` or `ResolvedRefs` with status `False`: on Kubernetes its status says so.',
  effect:
    'A listener is not served; a route is not attached to this parent; requests for a backend that is none are answered 500, and its connections closed; a BackendTLSPolicy is not in force.',
  remedy:
    'Do what the message says: let the listener allow the route (`allowedRoutes`), give both a host name in common, create what is named, or write a ReferenceGrant beside it.',
  find: ({ model }) =>
    reportedConditions(model, () => []).flatMap(({ resource, path, part, conditions }) =>
      conditions
        .filter(({ type, status }) => status === 'False' && (type === 'Accepted' || type === 'ResolvedRefs'))
        // A Gateway itself says no more than its listeners do.
        .filter(({ reason }) => reason !== 'ListenersNotValid')
        .map(({ type, reason, message }) => ({
          resource,
          path,
          message: `${type} is False${part.startsWith('for ') ? ` ${part}` : ''} (${reason}): ${message}`,
        })),
    ),
};
