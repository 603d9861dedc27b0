/** The YAML form of what an HTTP rule matches. */

import { z } from 'zod';
import { anyCaseLabelOrNone, plainText, type StringMatchRules, stringMatch } from '../../schema/fields.ts';
import { matchedHeaderProblem } from '../../schema/names.ts';
import { apiObject, mapOf } from '../../schema/object.ts';
import { commonMatch, tidyMatch } from './destination-schema.ts';

const claimPrefix = '@request.auth.claims';

/** Istio's way to route by a claim: "@request.auth.claims.name" or "@request.auth.claims[name][inner]". */
export function isClaim(name: string): boolean {
  const rest = name.toLowerCase().startsWith(claimPrefix) ? name.slice(claimPrefix.length) : '';
  return rest.startsWith('.') || (rest.startsWith('[') && rest.endsWith(']'));
}

/** Names of headers know no case; those of claims do. */
function canonicalName(name: string): string {
  return isClaim(name) ? `${claimPrefix}${name.slice(claimPrefix.length)}` : name.toLowerCase();
}

function headerMatches(api: string, rules: StringMatchRules) {
  return mapOf(stringMatch(api, rules), (name) => (isClaim(name) ? undefined : matchedHeaderProblem(name)))
    .superRefine((map, context) => {
      const seen = new Set<string>();
      for (const key of Object.keys(map)) {
        if (seen.has(canonicalName(key))) {
          const message = `header ${JSON.stringify(key)} is given twice, in different case`;
          context.addIssue({ code: 'custom', path: [key], message, params: { atKey: true } });
        }
        seen.add(canonicalName(key));
      }
    })
    .transform((map) => Object.fromEntries(Object.entries(map).map(([key, value]) => [canonicalName(key), value])));
}

const api = 'VirtualService.http.match';

export const httpMatch = apiObject(api, {
  name: plainText.exactOptional(),
  uri: stringMatch(`${api}.uri`, { emptyPrefix: true }).exactOptional(),
  ignoreUriCase: z.boolean().exactOptional(),
  scheme: stringMatch(`${api}.scheme`).exactOptional(),
  method: stringMatch(`${api}.method`).exactOptional(),
  authority: stringMatch(`${api}.authority`).exactOptional(),
  headers: headerMatches(`${api}.headers`, {}).exactOptional(),
  withoutHeaders: headerMatches(`${api}.withoutHeaders`, { starRegex: true }).exactOptional(),
  queryParams: mapOf(stringMatch(`${api}.queryParams`), (key) =>
    key === '' ? 'a query parameter name must not be empty' : undefined,
  ).exactOptional(),
  statPrefix: plainText.exactOptional(),
  ...commonMatch,
  sourceNamespace: anyCaseLabelOrNone.exactOptional(),
}).transform(tidyMatch);
