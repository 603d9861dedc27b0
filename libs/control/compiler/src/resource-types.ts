/** The five kinds of resource: schema and type URL of each, in the order in which they are pushed. */

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { ClusterSchema } from '@weft/xds-messages/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignmentSchema } from '@weft/xds-messages/envoy/config/endpoint/v3/endpoint';
import { ListenerSchema } from '@weft/xds-messages/envoy/config/listener/v3/listener';
import { RouteConfigurationSchema } from '@weft/xds-messages/envoy/config/route/v3/route';
import { SecretSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/secret';

export const schemas = {
  cluster: ClusterSchema,
  endpoint: ClusterLoadAssignmentSchema,
  listener: ListenerSchema,
  route: RouteConfigurationSchema,
  secret: SecretSchema,
} as const satisfies Record<string, DescMessage>;

export type ResourceType = keyof typeof schemas;

export type MessageOf<T extends ResourceType> = MessageShape<(typeof schemas)[T]>;
