/** What a case cannot know before the world stands, in its JSON: "@port:a", "@cluster:a", "@accessLog", "@case". */

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { CasePlace } from './resources.ts';

/** @returns a copy with ports as numbers, the path of the access log and the name of the case. @throws Error for a port that nobody has. */
export function resolvePlaceholders(json: JsonValue, place: CasePlace): JsonValue {
  if (Array.isArray(json)) return json.map((item) => resolvePlaceholders(item, place));
  if (typeof json === 'object' && json !== null)
    return Object.fromEntries(
      Object.entries(json as JsonObject).map(([key, value]) => [key, resolvePlaceholders(value, place)]),
    );
  if (json === '@accessLog') return place.accessLog;
  if (json === '@case') return `case-${place.index}`;
  if (typeof json === 'string' && json.startsWith('@cluster:'))
    return `case-${place.index}-${json.slice('@cluster:'.length)}`;
  if (typeof json !== 'string' || !json.startsWith('@port:')) return json;
  const port = place.endpoints[json.slice('@port:'.length)];
  if (port === undefined) throw new Error(`${json}: there is no such endpoint`);
  return port;
}
