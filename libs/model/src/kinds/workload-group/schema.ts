/** The YAML form of a WorkloadGroup. */

import { z } from 'zod';
import { int32, labels, plainText, portNumber } from '../../schema/fields.ts';
import { isHeaderToken } from '../../schema/names.ts';
import { apiObject, checkedString, choice, mapOf } from '../../schema/object.ts';
import { workloadFields } from '../workload-entry/schema.ts';
import type { WorkloadGroupSpec } from './spec.ts';

const api = 'WorkloadGroup.probe';

const probePath = plainText.pipe(
  checkedString((value) => {
    if (value !== '' && !value.startsWith('/')) return 'the path of a probe must start with "/"';
    return /\s/.test(value) ? 'the path of a probe must not contain spaces' : undefined;
  }),
);

const httpGet = apiObject(`${api}.httpGet`, {
  path: probePath.default('/').transform((path) => (path === '' ? '/' : path)),
  port: portNumber,
  host: plainText.exactOptional(),
  scheme: choice(`${api}.httpGet.scheme`, ['HTTP'], ['HTTPS']).exactOptional(),
  httpHeaders: z
    .array(
      apiObject(`${api}.httpGet.httpHeaders`, {
        name: checkedString((name) =>
          isHeaderToken(name) ? undefined : `${JSON.stringify(name)} is not a header name`,
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
    grpc: apiObject(`${api}.grpc`, { port: portNumber, service: plainText.exactOptional() }).exactOptional(),
  },
  ['exec', 'terminationGracePeriodSeconds'],
);

/** `probe.httpGet.path` becomes "/" where absent; an address of the template is left out, as each workload has its own. */
export const workloadGroupSchema: z.ZodType<WorkloadGroupSpec> = apiObject('WorkloadGroup', {
  metadata: apiObject('WorkloadGroup.metadata', {
    labels: labels.exactOptional(),
    annotations: mapOf(z.string(), () => undefined).exactOptional(),
  }).exactOptional(),
  template: apiObject('WorkloadGroup.template', { address: z.string().exactOptional(), ...workloadFields }).transform(
    ({ address: _own, ...template }) => template,
  ),
  probe: probe.exactOptional(),
});
