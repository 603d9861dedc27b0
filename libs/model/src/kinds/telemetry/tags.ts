/** The YAML form of the tags that are added to spans, of a Telemetry and of MeshConfig alike. */

import { z } from 'zod';
import { apiObject, mapOf } from '../../schema/object.ts';
import { nonEmptyText } from '../../schema/text.ts';

const sources = ['literal', 'environment', 'header', 'formatter'] as const;

/** Name of the tag → where its value comes from. */
export function tracingTags(api: string) {
  const named = (source: string, what: string) =>
    apiObject(`${api}.${source}`, { name: nonEmptyText(what), defaultValue: z.string().exactOptional() });
  const tag = apiObject(api, {
    literal: apiObject(`${api}.literal`, { value: nonEmptyText('the value of a tag') }).exactOptional(),
    environment: named('environment', 'the name of a variable').exactOptional(),
    header: named('header', 'the name of a header').exactOptional(),
    formatter: apiObject(`${api}.formatter`, { value: nonEmptyText('the format of a tag') }).exactOptional(),
  }).superRefine((value, context) => {
    if (Object.keys(value).length > 1)
      context.addIssue({ code: 'custom', message: `only one of ${sources.join(', ')} may be given` });
  });
  return mapOf(tag, (name) => (name === '' ? 'the name of a tag must not be empty' : undefined));
}
