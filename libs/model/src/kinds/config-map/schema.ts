/** The YAML form of a ConfigMap. */

import { z } from 'zod';
import { apiObject, checkedString, mapOf } from '../../schema/object.ts';
import { dataKeyProblem, isBase64 } from '../base64.ts';
import type { ConfigMapSpec } from './spec.ts';

const encoded = checkedString((value) => (isBase64(value) ? undefined : 'not base64; plain text goes into data'));

/** The document without its envelope. */
export const configMapSchema: z.ZodType<ConfigMapSpec> = apiObject('ConfigMap', {
  data: mapOf(z.string(), dataKeyProblem).default({}),
  binaryData: mapOf(encoded, dataKeyProblem).exactOptional(),
  immutable: z.boolean().exactOptional(),
});
