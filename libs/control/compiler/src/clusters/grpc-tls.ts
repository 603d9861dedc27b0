/** TLS of a proxyless gRPC client: certificates come from the providers that its bootstrap names, as Istio's agent sets them up. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import type { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { UpstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import type { Context } from '../context.ts';
import { namesToExpect } from '../messages/tls-context.ts';
import type { PlannedCluster } from '../service-clusters.ts';

type ClusterInit = Exclude<MessageInitShape<typeof ClusterSchema>, { $typeName: string }>;

/** Name of the provider in the bootstrap. */
const provider = 'default';

/** Plain text unless a rule says ISTIO_MUTUAL: whether a peer takes TLS, endpoint by endpoint, is nothing that these clients can tell. */
export function grpcTls({ world }: Context, planned: PlannedCluster): Pick<ClusterInit, 'transportSocket'> {
  const { policy, service } = planned;
  if (policy.tls?.mode !== 'ISTIO_MUTUAL') return {};
  const identities = world.input.registry.services.get(service.key)?.identities ?? [];
  const context = create(UpstreamTlsContextSchema, {
    commonTlsContext: {
      tlsCertificateProviderInstance: { instanceName: provider, certificateName: 'default' },
      validationContextType: {
        case: 'combinedValidationContext',
        value: {
          defaultValidationContext: {
            caCertificateProviderInstance: { instanceName: provider, certificateName: 'ROOTCA' },
            matchTypedSubjectAltNames: namesToExpect(policy.tls.subjectAltNames ?? identities),
          },
        },
      },
    },
  });
  return {
    transportSocket: {
      name: 'envoy.transport_sockets.tls',
      configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, context) },
    },
  };
}
