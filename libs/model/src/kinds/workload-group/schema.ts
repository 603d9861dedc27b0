/** The YAML form of a WorkloadGroup. */

import { z } from 'zod';
import { labels, plainText, portNumber, wholeNumber } from '../../schema/fields.ts';
import { headerValueProblem, qualifiedNameProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice, mapOf } from '../../schema/object.ts';
import { workloadFields } from '../workload-entry/schema.ts';
import type { WorkloadGroupSpec } from './spec.ts';

const seconds = wholeNumber(0, 2 ** 31 - 1, 'the value');

const probePath = checkedString((value) => {
  if (!value.startsWith('/')) return 'the path of a probe must start with "/"';
  return /\s/.test(value)
    ? 'the path of a probe must not contain spaces'
    : headerValueProblem(value.replaceAll('%', ''));
});

const probe = apiObject(
  'WorkloadGroup.probe',
  {
    initialDelaySeconds: seconds.exactOptional(),
    timeoutSeconds: seconds.exactOptional(),
    periodSeconds: seconds.exactOptional(),
    successThreshold: seconds.exactOptional(),
    failureThreshold: seconds.exactOptional(),
    httpGet: apiObject(
      'WorkloadGroup.probe.httpGet',
      {
        path: probePath.default('/'),
        port: portNumber,
        host: plainText.exactOptional(),
        scheme: choice('WorkloadGroup.probe.httpGet.scheme', ['HTTP'], ['HTTPS']).exactOptional(),
      },
      ['httpHeaders'],
    ).exactOptional(),
    tcpSocket: apiObject('WorkloadGroup.probe.tcpSocket', {
      port: portNumber,
      host: plainText.exactOptional(),
    }).exactOptional(),
  },
  ['exec', 'grpc', 'terminationGracePeriodSeconds'],
);

/** `probe.httpGet.path` becomes "/" where absent. */
export const workloadGroupSchema: z.ZodType<WorkloadGroupSpec> = apiObject('WorkloadGroup', {
  metadata: apiObject('WorkloadGroup.metadata', {
    labels: labels.exactOptional(),
    annotations: mapOf(z.string(), qualifiedNameProblem).exactOptional(),
  }).exactOptional(),
  template: apiObject('WorkloadGroup.template', workloadFields, ['address', 'labels']),
  probe: probe.exactOptional(),
});
