/** The YAML form of a Kubernetes Service. */

import { z } from 'zod';
import { dnsLabel, labels, portNumber } from '../../schema/fields.ts';
import { apiObject, choice } from '../../schema/object.ts';
import type { ServiceSpec } from './spec.ts';

const portNamePattern = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

const targetPort = z.unknown().transform((value, context): number | string => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  if (typeof value === 'string' && value.length <= 15 && portNamePattern.test(value)) return value;
  const message =
    'targetPort must be a port (1 to 65535) or the name of a port (at most 15 lower-case letters, digits and "-")';
  context.addIssue({ code: 'custom', message });
  return 0;
});

const port = apiObject('Service.ports', {
  name: dnsLabel.default(''),
  port: portNumber,
  targetPort: targetPort.exactOptional(),
  appProtocol: choice(
    'Service.ports.appProtocol',
    ['http', 'https', 'http2', 'grpc', 'kubernetes.io/h2c', 'tcp', 'tls'],
    ['kubernetes.io/ws', 'kubernetes.io/wss', 'grpc-web', 'mongo', 'mysql', 'redis', 'udp'],
  ).exactOptional(),
  protocol: choice('Service.ports.protocol', ['TCP'], ['UDP', 'SCTP']).default('TCP'),
  nodePort: z.unknown().exactOptional(),
}).transform(({ nodePort: _nodePort, ...rest }) => rest);

/** What Kubernetes writes by itself into every Service passes at its default value and changes nothing. */
export const serviceSchema: z.ZodType<ServiceSpec> = apiObject(
  'Service',
  {
    selector: labels.default({}),
    ports: z.array(port).default([]),
    clusterIP: z.string().exactOptional(),
    clusterIPs: z.unknown().exactOptional(),
    internalTrafficPolicy: choice('Service.internalTrafficPolicy', ['Cluster'], ['Local']).exactOptional(),
    ipFamilies: z.unknown().exactOptional(),
    ipFamilyPolicy: z.unknown().exactOptional(),
    sessionAffinity: choice('Service.sessionAffinity', ['None'], ['ClientIP']).exactOptional(),
    type: choice('Service.type', ['ClusterIP', 'NodePort', 'LoadBalancer'], ['ExternalName']).exactOptional(),
  },
  [
    'allocateLoadBalancerNodePorts',
    'externalIPs',
    'externalName',
    'externalTrafficPolicy',
    'healthCheckNodePort',
    'loadBalancerClass',
    'loadBalancerIP',
    'loadBalancerSourceRanges',
    'publishNotReadyAddresses',
    'sessionAffinityConfig',
    'trafficDistribution',
  ],
).transform(({ selector, ports, clusterIP }) => ({
  selector,
  ports,
  ...(clusterIP === undefined ? {} : { clusterIP }),
}));
