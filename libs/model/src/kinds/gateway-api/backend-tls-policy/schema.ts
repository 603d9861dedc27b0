/** The YAML form of a BackendTLSPolicy. */

import { z } from 'zod';
import { resourceName } from '../../../schema/fields.ts';
import { apiObject, choice } from '../../../schema/object.ts';
import { boundedList, group, hostname, kindName, preciseHostname } from '../fields.ts';
import { annotationMap, objectReference } from '../reference-schemas.ts';
import type { BackendSubjectAltName, BackendTlsPolicySpec } from './spec.ts';

const listMax = 16;
const certificatesMax = 8;
const namesMax = 5;

const target = apiObject('BackendTLSPolicy.targetRefs', {
  group,
  kind: kindName,
  name: resourceName,
  sectionName: resourceName.exactOptional(),
});

const subjectAltName = apiObject('BackendTLSPolicy.validation.subjectAltNames', {
  type: choice('BackendTLSPolicy.validation.subjectAltNames.type', ['Hostname', 'URI']),
  hostname: hostname.exactOptional(),
  uri: z.string().exactOptional(),
}).transform(({ type, hostname: host, uri }, context): BackendSubjectAltName => {
  const [wanted, other] = type === 'Hostname' ? [host, uri] : [uri, host];
  const field = type === 'Hostname' ? 'hostname' : 'uri';
  if (wanted === undefined || other !== undefined) {
    context.addIssue({ code: 'custom', message: `a name of type ${type} has the field ${field} and no other` });
  }
  return type === 'Hostname' ? { type, hostname: host ?? '' } : { type, uri: uri ?? '' };
});

export const backendTlsPolicySchema: z.ZodType<BackendTlsPolicySpec> = apiObject('BackendTLSPolicy', {
  targetRefs: boundedList(target, 'target', 1, listMax),
  validation: apiObject('BackendTLSPolicy.validation', {
    caCertificateRefs: boundedList(
      objectReference('BackendTLSPolicy.validation.caCertificateRefs', false),
      'certificate',
      0,
      certificatesMax,
    ).exactOptional(),
    wellKnownCACertificates: choice('BackendTLSPolicy.validation.wellKnownCACertificates', ['System']).exactOptional(),
    hostname: preciseHostname,
    subjectAltNames: boundedList(subjectAltName, 'name', 0, namesMax).exactOptional(),
  }),
  options: annotationMap.exactOptional(),
});
