/** Rules between the fields of an SMI HTTPRouteGroup. */

import type { ValidationContext } from '../../definition.ts';
import type { HttpRouteGroupSpec } from './spec.ts';

export function validateHttpRouteGroup({ matches }: HttpRouteGroupSpec, { report }: ValidationContext): void {
  const seen = new Set<string>();
  matches.forEach(({ name }, index) => {
    if (name === '') report(`spec.matches[${index}].name`, 'a name is required');
    if (seen.has(name)) report(`spec.matches[${index}].name`, `duplicate match ${JSON.stringify(name)}`);
    seen.add(name);
  });
}
