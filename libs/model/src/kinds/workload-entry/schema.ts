/** The YAML form of a WorkloadEntry; ServiceEntry's endpoints and WorkloadGroup's template have the same fields. */

import { isIP } from 'node:net';
import type { z } from 'zod';
import { labels, plainText, portNumber, resourceName, wholeNumber } from '../../schema/fields.ts';
import { fqdnProblem, labelProblem } from '../../schema/names.ts';
import { apiObject, checkedString, mapOf, notDoneMessage } from '../../schema/object.ts';
import type { WorkloadEntrySpec } from './spec.ts';

export const workloadFields = {
  ports: mapOf(portNumber, labelProblem).exactOptional(),
  network: plainText.exactOptional(),
  locality: checkedString((value) =>
    /^[^/\s]+(\/[^/\s]+){0,2}$/.test(value) ? undefined : `${JSON.stringify(value)} is not region/zone/subzone`,
  ).exactOptional(),
  weight: wholeNumber(0, 2 ** 32 - 1, 'weight').exactOptional(),
  serviceAccount: resourceName.exactOptional(),
};

/** @param api "WorkloadEntry" or "ServiceEntry.endpoints". */
export function workload(api: string): z.ZodType<WorkloadEntrySpec> {
  return apiObject(api, {
    address: checkedString((value) => {
      if (value.startsWith('unix://')) return notDoneMessage(`${api}.address of a Unix socket`);
      if (value === '') return 'an address is required';
      return isIP(value) === 0 ? fqdnProblem(value) : undefined;
    }),
    labels: labels.exactOptional(),
    ...workloadFields,
  });
}

export const workloadEntrySchema = workload('WorkloadEntry');
