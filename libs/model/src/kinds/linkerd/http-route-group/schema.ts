/** The YAML form of an SMI HTTPRouteGroup. */

import { z } from 'zod';
import { plainText, regexProblem } from '../../../schema/fields.ts';
import { apiObject, checkedString, mapOf } from '../../../schema/object.ts';
import type { HttpRouteGroupSpec } from './spec.ts';

const regex = checkedString(regexProblem);
const headerToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const headerMap = mapOf(regex, (name) =>
  headerToken.test(name) ? undefined : `${JSON.stringify(name)} is not a header name (RFC 9110)`,
);

/** A map (v1alpha4) or a list of maps (v1alpha2, v1alpha3); the output is one map with names in lower case. */
const headers = z
  .preprocess((value) => (Array.isArray(value) ? Object.assign({}, ...value) : value), headerMap)
  .transform((map) => Object.fromEntries(Object.entries(map).map(([name, value]) => [name.toLowerCase(), value])));

export const httpRouteGroupSchema: z.ZodType<HttpRouteGroupSpec> = apiObject('HTTPRouteGroup', {
  matches: z
    .array(
      apiObject('HTTPRouteGroup.matches', {
        name: plainText,
        methods: z.array(plainText).exactOptional(),
        pathRegex: regex.exactOptional(),
        headers: headers.exactOptional(),
      }),
    )
    .min(1, 'at least one match is required'),
});
