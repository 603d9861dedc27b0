/** ROOTCA: the roots that peers' certificates must lead to. The certificate itself never comes from here. */

import { create } from '@bufbuild/protobuf';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import type { Generator } from '../context.ts';
import { rootSecretName } from '../names.ts';

export const rootSecret: Generator = ({ proxy, world, emit }) => {
  if (proxy.type === 'grpc') return;
  const { rootsPem } = world.input;
  emit({
    type: 'secret',
    name: rootSecretName,
    scope: '',
    inputs: [rootsPem],
    build: () => ({
      message: create(SecretSchema, {
        name: rootSecretName,
        type: {
          case: 'validationContext',
          value: { trustedCa: { specifier: { case: 'inlineBytes', value: new TextEncoder().encode(rootsPem) } } },
        },
      }),
    }),
  });
};
