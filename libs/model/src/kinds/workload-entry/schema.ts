/** The YAML form of a WorkloadEntry; ServiceEntry's endpoints and WorkloadGroup's template have the same fields. */

import { isIP } from 'node:net';
import type { z } from 'zod';
import { unixPathProblem, unixPrefix } from '../../schema/addresses.ts';
import { labels, plainText, portNumber, uint32 } from '../../schema/fields.ts';
import { givenUnlessEmpty } from '../../schema/given.ts';
import { anyCaseLabelProblem, fqdnProblem } from '../../schema/names.ts';
import { apiObject, checkedString, mapOf } from '../../schema/object.ts';
import type { WorkloadEntrySpec } from './spec.ts';

export const workloadFields = {
  ports: mapOf(portNumber, anyCaseLabelProblem).exactOptional(),
  labels: labels.exactOptional(),
  network: plainText.exactOptional(),
  locality: plainText.exactOptional(),
  weight: uint32('weight').exactOptional(),
  serviceAccount: plainText.exactOptional(),
};

/** @param api "WorkloadEntry" or "ServiceEntry.endpoints". */
export function workload(api: string): z.ZodType<WorkloadEntrySpec> {
  return apiObject(api, {
    address: checkedString((value) => {
      if (value.startsWith(unixPrefix)) return unixPathProblem(value);
      return value === '' || isIP(value) !== 0 ? undefined : fqdnProblem(value);
    }).default(''),
    ...workloadFields,
  }).transform(({ serviceAccount, ...rest }) => ({ ...rest, ...givenUnlessEmpty('serviceAccount', serviceAccount) }));
}

export const workloadEntrySchema = workload('WorkloadEntry');
