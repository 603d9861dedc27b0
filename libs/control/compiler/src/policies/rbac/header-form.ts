/** A value of a header as Envoy matches it: "*" is any, the empty one too. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HeaderMatcherSchema } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { stringForm } from './string-forms.ts';

export function headerForm(
  name: string,
  value: string,
  ignoreCase = false,
): Extract<MessageInitShape<typeof HeaderMatcherSchema>, { $typeName?: never }> {
  if (value === '*') return { name, headerMatchSpecifier: { case: 'presentMatch', value: true } };
  return { name, headerMatchSpecifier: { case: 'stringMatch', value: stringForm(value, { ignoreCase }) } };
}
