/** The YAML form of a LabelSelector. */

import { z } from 'zod';
import { labels } from '../schema/fields.ts';
import { labelValueProblem, qualifiedNameProblem } from '../schema/names.ts';
import { apiObject, checkedString, choice } from '../schema/object.ts';
import type { LabelSelector } from './label-selector.ts';

/** @param api name of the field, for messages ("Server.podSelector"). */
export function labelSelector(api: string): z.ZodType<LabelSelector> {
  const expression = apiObject(`${api}.matchExpressions`, {
    key: checkedString(qualifiedNameProblem),
    operator: choice(`${api}.matchExpressions.operator`, ['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(checkedString(labelValueProblem)).exactOptional(),
  }).superRefine(({ operator, values = [] }, context) => {
    const listed = operator === 'In' || operator === 'NotIn';
    if (listed === values.length > 0) return;
    const message = listed ? `${operator} needs at least one value` : `${operator} takes no values`;
    context.addIssue({ code: 'custom', message, path: ['values'] });
  });
  return apiObject(api, {
    matchLabels: labels.exactOptional(),
    matchExpressions: z.array(expression).exactOptional(),
  });
}
