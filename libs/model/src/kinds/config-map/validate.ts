/** Rules between the fields of a ConfigMap. */

import type { ValidationContext } from '../definition.ts';
import type { ConfigMapSpec } from './spec.ts';

export function validateConfigMap({ data, binaryData = {} }: ConfigMapSpec, { report }: ValidationContext): void {
  for (const key of Object.keys(binaryData)) {
    if (Object.hasOwn(data, key)) report('binaryData', `the key ${JSON.stringify(key)} is in data too`);
  }
}
