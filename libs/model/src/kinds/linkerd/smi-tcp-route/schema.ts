/** The YAML form of an SMI TCPRoute. */

import { z } from 'zod';
import { plainText, wholeNumber } from '../../../schema/fields.ts';
import { apiObject } from '../../../schema/object.ts';
import type { SmiTcpRouteSpec } from './spec.ts';

export const smiTcpRouteSchema: z.ZodType<SmiTcpRouteSpec> = apiObject('TCPRoute', {
  matches: apiObject('TCPRoute.matches', {
    name: plainText.exactOptional(),
    ports: z.array(wholeNumber(1, 65_535, 'port')).exactOptional(),
  }).exactOptional(),
});
