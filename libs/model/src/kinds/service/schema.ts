/** The YAML form of a Kubernetes Service. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { dnsLabel, labels, portNumber, wholeNumber } from '../../schema/fields.ts';
import { apiObject, checkedString, choice, looseObject } from '../../schema/object.ts';
import { ipAddress } from '../addresses.ts';
import { numberOrName } from '../ports.ts';
import type { ServiceSpec } from './spec.ts';

const port = apiObject('Service.ports', {
  name: dnsLabel.default(''),
  port: portNumber,
  targetPort: numberOrName('targetPort').exactOptional(),
  appProtocol: z.string().exactOptional(),
  protocol: choice('Service.ports.protocol', ['TCP', 'UDP', 'SCTP']).default('TCP'),
  nodePort: wholeNumber(0, 65_535, 'nodePort').exactOptional(),
});

const clusterAddress = checkedString((value) =>
  value === '' || value === 'None' || isIP(value) !== 0
    ? undefined
    : `${JSON.stringify(value)} is not an IP address, and not "None"`,
);

const secondsMax = 86_400;

/** What concerns the nodes and the cloud alone passes and changes nothing. */
const spec = apiObject('Service', {
  selector: labels.default({}),
  ports: z.array(port).default([]),
  type: choice('Service.type', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).exactOptional(),
  clusterIP: clusterAddress.exactOptional(),
  clusterIPs: z.array(clusterAddress).exactOptional(),
  externalIPs: z.array(ipAddress).exactOptional(),
  externalName: z.string().exactOptional(),
  sessionAffinity: choice('Service.sessionAffinity', ['None', 'ClientIP']).exactOptional(),
  sessionAffinityConfig: apiObject('Service.sessionAffinityConfig', {
    clientIP: apiObject('Service.sessionAffinityConfig.clientIP', {
      timeoutSeconds: wholeNumber(1, secondsMax, 'timeoutSeconds').exactOptional(),
    }).exactOptional(),
  }).exactOptional(),
  internalTrafficPolicy: choice('Service.internalTrafficPolicy', ['Cluster', 'Local']).exactOptional(),
  externalTrafficPolicy: choice('Service.externalTrafficPolicy', ['Cluster', 'Local']).exactOptional(),
  publishNotReadyAddresses: z.boolean().exactOptional(),
  trafficDistribution: choice('Service.trafficDistribution', [
    'PreferClose',
    'PreferSameZone',
    'PreferSameNode',
  ]).exactOptional(),
  allocateLoadBalancerNodePorts: z.unknown().exactOptional(),
  healthCheckNodePort: z.unknown().exactOptional(),
  ipFamilies: z.unknown().exactOptional(),
  ipFamilyPolicy: z.unknown().exactOptional(),
  loadBalancerClass: z.unknown().exactOptional(),
  loadBalancerIP: z.unknown().exactOptional(),
  loadBalancerSourceRanges: z.unknown().exactOptional(),
}).transform(
  ({
    allocateLoadBalancerNodePorts: _allocate,
    healthCheckNodePort: _healthCheck,
    ipFamilies: _families,
    ipFamilyPolicy: _familyPolicy,
    loadBalancerClass: _class,
    loadBalancerIP: _address,
    loadBalancerSourceRanges: _ranges,
    sessionAffinityConfig,
    ...spec
  }): ServiceSpec => {
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
    return { ...spec, ...(seconds === undefined ? {} : { sessionAffinityTimeoutMs: seconds * 1000 }) };
  },
);

const status = looseObject({
  loadBalancer: looseObject({
    ingress: z
      .array(looseObject({ ip: ipAddress.exactOptional(), hostname: z.string().exactOptional() }))
      .exactOptional(),
  }).exactOptional(),
});

/** The document without its envelope, and with `status`. */
export const serviceSchema: z.ZodType<ServiceSpec> = apiObject('Service', {
  spec,
  status: status.exactOptional(),
}).transform(({ spec: fields, status: { loadBalancer } = {} }): ServiceSpec => {
  const addresses = (loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  return addresses.length === 0 ? fields : { ...fields, loadBalancerAddresses: addresses };
});
