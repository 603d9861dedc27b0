/** The YAML form of references of the Gateway API. */

import { z } from 'zod';
import { portNumber, resourceName, wholeNumber } from '../../schema/fields.ts';
import { apiObject } from '../../schema/object.ts';
import { boundedList, group, kindName, namespaceName } from './fields.ts';
import type { ObjectReference, ParentReference } from './references.ts';

const parentsMax = 32;
const weightMax = 1_000_000;

const target = { group: group.exactOptional(), kind: kindName.exactOptional(), name: resourceName };
const anywhere = { ...target, namespace: namespaceName.exactOptional() };

/** @param kind "HTTPRoute". */
export function parentReferences(kind: string): z.ZodType<ParentReference[]> {
  const parent = apiObject(`${kind}.parentRefs`, {
    ...anywhere,
    sectionName: resourceName.exactOptional(),
    port: portNumber.exactOptional(),
  });
  return boundedList(parent, 'parent', 0, parentsMax);
}

export const backendObjectFields = { ...anywhere, port: portNumber.exactOptional() };

export const backendFields = { ...backendObjectFields, weight: wholeNumber(0, weightMax, 'weight').exactOptional() };

export function secretReference(api: string) {
  return apiObject(api, anywhere);
}

/** Group and kind are required; @param api name of the field. */
export function objectReference(api: string, withNamespace: boolean): z.ZodType<ObjectReference> {
  const fields = { group, kind: kindName, name: resourceName };
  return apiObject(api, withNamespace ? { ...fields, namespace: namespaceName.exactOptional() } : fields);
}

export const annotationMap = z.record(z.string(), z.string());
