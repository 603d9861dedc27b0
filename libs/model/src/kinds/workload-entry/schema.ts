/** The YAML form of a WorkloadEntry; ServiceEntry's endpoints and WorkloadGroup's template have the same fields. */

import { isIP } from 'node:net';
import type { z } from 'zod';
import { unixPathProblem, unixPrefix } from '../../schema/addresses.ts';
import { labels, plainText, portNumber, resourceName, uint32 } from '../../schema/fields.ts';
import { anyCaseLabelProblem, fqdnProblem } from '../../schema/names.ts';
import { apiObject, checkedString, mapOf } from '../../schema/object.ts';
import type { WorkloadEntrySpec } from './spec.ts';

export const workloadFields = {
  ports: mapOf(portNumber, anyCaseLabelProblem).exactOptional(),
  labels: labels.exactOptional(),
  network: plainText.exactOptional(),
  locality: checkedString((value) =>
    value === '' || /^[^/\s]+(\/[^/\s]+){0,2}$/.test(value)
      ? undefined
      : `${JSON.stringify(value)} is not region/zone/subzone`,
  ).exactOptional(),
  weight: uint32('weight').exactOptional(),
  serviceAccount: resourceName.exactOptional(),
};

/** @param api "WorkloadEntry" or "ServiceEntry.endpoints". */
export function workload(api: string): z.ZodType<WorkloadEntrySpec> {
  return apiObject(api, {
    address: checkedString((value) => {
      if (value.startsWith(unixPrefix)) return unixPathProblem(value);
      return value === '' || isIP(value) !== 0 ? undefined : fqdnProblem(value);
    }).default(''),
    ...workloadFields,
  });
}

export const workloadEntrySchema = workload('WorkloadEntry');
