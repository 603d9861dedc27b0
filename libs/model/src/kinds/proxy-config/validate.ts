/** Rules between the fields of a ProxyConfig. */

import { refuseDryRun } from '../../schema/dry-run.ts';
import { checkSelector } from '../../schema/selectors.ts';
import type { ValidationContext } from '../definition.ts';
import type { ProxyConfigSpec } from './spec.ts';

export function validateProxyConfig(spec: ProxyConfigSpec, context: ValidationContext): void {
  refuseDryRun(context);
  checkSelector(spec.selector?.matchLabels, 'spec.selector', context.warn);
  if (spec.image?.imageType !== undefined)
    context.warn(
      'spec.image.imageType',
      'the image of a proxy is chosen where it is deployed; imageType has no effect',
      'key',
    );
}
