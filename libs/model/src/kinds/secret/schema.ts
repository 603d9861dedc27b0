/** The YAML form of a Secret. No message contains a value. */

import { z } from 'zod';
import { apiObject, checkedString, mapOf } from '../../schema/object.ts';
import { dataKeyProblem, isBase64 } from '../base64.ts';
import type { SecretSpec } from './spec.ts';

const encoded = checkedString((value) => (isBase64(value) ? undefined : 'not base64; plain text goes into stringData'));

/** The document without its envelope. */
export const secretSchema: z.ZodType<SecretSpec> = apiObject('Secret', {
  type: z.string().exactOptional(),
  data: mapOf(encoded, dataKeyProblem).exactOptional(),
  stringData: mapOf(z.string(), dataKeyProblem).exactOptional(),
  immutable: z.boolean().exactOptional(),
}).transform(({ data = {}, stringData = {}, ...rest }): SecretSpec => {
  const texts = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]);
  return { ...rest, data: { ...data, ...(Object.fromEntries(texts) as Record<string, string>) } };
});
