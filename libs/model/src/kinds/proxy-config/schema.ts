/** The YAML form of a ProxyConfig. */

import { z } from 'zod';
import { int32, plainText } from '../../schema/fields.ts';
import { apiObject, mapOf } from '../../schema/object.ts';
import { matchLabelsSelector } from '../../schema/selectors.ts';
import type { ProxyConfigSpec } from './spec.ts';

export const proxyConfigSchema: z.ZodType<ProxyConfigSpec> = apiObject('ProxyConfig', {
  selector: matchLabelsSelector('ProxyConfig.selector').exactOptional(),
  concurrency: int32('concurrency').exactOptional(),
  environmentVariables: mapOf(plainText, (name) =>
    name === '' || name.includes('=') ? 'this is not the name of an environment variable' : undefined,
  ).exactOptional(),
  image: apiObject('ProxyConfig.image', { imageType: z.string().exactOptional() }).exactOptional(),
}).default({});
