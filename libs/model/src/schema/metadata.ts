/** Kubernetes' ObjectMeta: what is used is checked, what the API server keeps there for itself is let pass. */

import { z } from 'zod';
import { dnsLabel, labels, resourceName } from './fields.ts';
import { qualifiedNameProblem } from './names.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const timestamp = checkedString((value) =>
  rfc3339.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : `${JSON.stringify(value)} is not a time (RFC 3339)`,
);

export const metadataSchema = apiObject('metadata', {
  name: resourceName,
  namespace: dnsLabel.exactOptional(),
  labels: labels.exactOptional(),
  annotations: mapOf(z.string(), qualifiedNameProblem).exactOptional(),
  creationTimestamp: timestamp.exactOptional(),
  deletionGracePeriodSeconds: z.unknown().exactOptional(),
  deletionTimestamp: z.unknown().exactOptional(),
  finalizers: z.unknown().exactOptional(),
  generateName: z.unknown().exactOptional(),
  generation: z.unknown().exactOptional(),
  managedFields: z.unknown().exactOptional(),
  ownerReferences: z.unknown().exactOptional(),
  resourceVersion: z.unknown().exactOptional(),
  selfLink: z.unknown().exactOptional(),
  uid: z.unknown().exactOptional(),
});
