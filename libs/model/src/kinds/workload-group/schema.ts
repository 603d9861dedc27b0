/** The YAML form of a WorkloadGroup. */

import { z } from 'zod';
import { int32, labels, plainText, portNumber } from '../../schema/fields.ts';
import { givenUnlessEmpty } from '../../schema/given.ts';
import { apiObject, checkedString, choice, mapOf } from '../../schema/object.ts';
import { workloadFields } from '../workload-entry/schema.ts';
import type { WorkloadGroupSpec } from './spec.ts';

const api = 'WorkloadGroup.probe';

const probePath = plainText.pipe(
  checkedString((value) => {
    return /\s/.test(value) ? 'the path of a probe must not contain spaces' : undefined;
  }),
);

const httpGet = apiObject(`${api}.httpGet`, {
  path: probePath.default('/').transform((path) => (path.startsWith('/') ? path : `/${path}`)),
  port: portNumber,
  host: plainText.exactOptional(),
  scheme: choice(`${api}.httpGet.scheme`, ['HTTP', 'HTTPS', '']).exactOptional(),
  httpHeaders: z
    .array(
      apiObject(`${api}.httpGet.httpHeaders`, {
        name: checkedString((name) =>
          /^[-A-Za-z0-9]+$/.test(name) ? undefined : `${JSON.stringify(name)} is not a header name of a probe`,
        ),
        value: plainText.exactOptional(),
      }),
    )
    .exactOptional(),
});

const probe = apiObject(
  api,
  {
    initialDelaySeconds: int32('the value').exactOptional(),
    timeoutSeconds: int32('the value').exactOptional(),
    periodSeconds: int32('the value').exactOptional(),
    successThreshold: int32('the value').exactOptional(),
    failureThreshold: int32('the value').exactOptional(),
    httpGet: httpGet.exactOptional(),
    tcpSocket: apiObject(`${api}.tcpSocket`, { port: portNumber, host: plainText.exactOptional() }).exactOptional(),
    exec: apiObject(`${api}.exec`, { command: z.array(z.string()).default([]) }).exactOptional(),
    grpc: apiObject(`${api}.grpc`, { port: portNumber, service: plainText.exactOptional() }).exactOptional(),
  },
  ['terminationGracePeriodSeconds'],
).transform(({ exec: _command, httpGet: asked, ...rest }) => {
  if (asked === undefined) return rest;
  const { scheme, ...plain } = asked;
  return scheme === 'HTTPS'
    ? { ...rest, tcpSocket: { port: asked.port } }
    : { ...rest, httpGet: scheme === '' ? plain : asked };
});

/**
 * `probe.httpGet.path` becomes "/" where absent; an address of the template is left out, as each workload has its own.
 * A probe by HTTPS becomes one of the port alone, and one by command none.
 */
export const workloadGroupSchema: z.ZodType<WorkloadGroupSpec> = apiObject('WorkloadGroup', {
  metadata: apiObject('WorkloadGroup.metadata', {
    labels: labels.exactOptional(),
    annotations: mapOf(z.string(), () => undefined).exactOptional(),
  }).exactOptional(),
  template: apiObject('WorkloadGroup.template', {
    address: z.string().exactOptional(),
    ...workloadFields,
    labels: mapOf(z.string(), () => undefined).exactOptional(),
  }).transform(({ address: _own, serviceAccount, ...template }) => ({
    ...template,
    ...givenUnlessEmpty('serviceAccount', serviceAccount),
  })),
  probe: probe.exactOptional(),
}).transform(({ probe: asked, ...rest }) => {
  const isAsked = asked !== undefined && ('httpGet' in asked || 'tcpSocket' in asked || 'grpc' in asked);
  return isAsked ? { ...rest, probe: asked } : rest;
});
