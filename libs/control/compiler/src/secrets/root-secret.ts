/** ROOTCA: the roots that peers' certificates must lead to. The certificate itself never comes from here. */

import { create } from '@bufbuild/protobuf';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';
import type { Generator } from '../context.ts';
import { rootSecretName } from '../names.ts';

export const rootSecret: Generator = ({ proxy, world, emit }) => {
  if (proxy.type === 'grpc') return;
  const { rootsPem, crlPem = '' } = world.input;
  emit({
    type: 'secret',
    name: rootSecretName,
    scope: '',
    inputs: [rootsPem, crlPem],
    build: () => ({
      message: create(SecretSchema, {
        name: rootSecretName,
        type: {
          case: 'validationContext',
          value: {
            trustedCa: inline(rootsPem),
            ...(crlPem === '' ? {} : { crl: inline(crlPem) }),
          },
        },
      }),
    }),
  });
};

function inline(pem: string) {
  return { specifier: { case: 'inlineBytes' as const, value: new TextEncoder().encode(pem) } };
}
