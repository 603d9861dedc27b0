/** The YAML form of a Gateway API Gateway. */

import { z } from 'zod';
import { labels, portNumber, resourceName } from '../../../schema/fields.ts';
import { qualifiedNameProblem } from '../../../schema/names.ts';
import { apiObject, choice, mapOf } from '../../../schema/object.ts';
import { labelSelector } from '../../label-selector-schema.ts';
import { boundedList, group, hostname, kindName } from '../fields.ts';
import { objectReference, secretReference } from '../reference-schemas.ts';
import type { GatewayListener, KubernetesGatewaySpec } from './spec.ts';

const listenersMax = 64;
const certificatesMax = 64;
const kindsMax = 8;
const addressesMax = 16;

const annotations = mapOf(z.string(), qualifiedNameProblem);

const tls = apiObject('Gateway.listeners.tls', {
  mode: choice('Gateway.listeners.tls.mode', ['Terminate', 'Passthrough']).exactOptional(),
  certificateRefs: boundedList(
    secretReference('Gateway.listeners.tls.certificateRefs'),
    'certificate',
    0,
    certificatesMax,
  ).exactOptional(),
  frontendValidation: apiObject('Gateway.listeners.tls.frontendValidation', {
    caCertificateRefs: boundedList(
      objectReference('Gateway.listeners.tls.frontendValidation.caCertificateRefs', true),
      'certificate',
      1,
      kindsMax,
    ),
  }).exactOptional(),
  options: annotations.exactOptional(),
});

const allowedRoutes = apiObject('Gateway.listeners.allowedRoutes', {
  namespaces: apiObject('Gateway.listeners.allowedRoutes.namespaces', {
    from: choice('Gateway.listeners.allowedRoutes.namespaces.from', [
      'All',
      'Same',
      'Selector',
      'None',
    ]).exactOptional(),
    selector: labelSelector('Gateway.listeners.allowedRoutes.namespaces.selector').exactOptional(),
  }).exactOptional(),
  kinds: boundedList(
    apiObject('Gateway.listeners.allowedRoutes.kinds', { group: group.exactOptional(), kind: kindName }),
    'kind',
    0,
    kindsMax,
  ).exactOptional(),
});

const listener: z.ZodType<GatewayListener> = apiObject('Gateway.listeners', {
  name: resourceName,
  hostname: hostname.exactOptional(),
  port: portNumber,
  protocol: choice('Gateway.listeners.protocol', ['HTTP', 'HTTPS', 'TLS', 'TCP'], ['UDP', 'HBONE']),
  tls: tls.exactOptional(),
  allowedRoutes: allowedRoutes.exactOptional(),
});

const address = apiObject('Gateway.addresses', {
  type: choice('Gateway.addresses.type', ['IPAddress', 'Hostname'], ['NamedAddress']).exactOptional(),
  value: z.string().exactOptional(),
});

export const kubernetesGatewaySchema: z.ZodType<KubernetesGatewaySpec> = apiObject(
  'Gateway',
  {
    gatewayClassName: resourceName,
    listeners: boundedList(listener, 'listener', 1, listenersMax),
    addresses: boundedList(address, 'address', 0, addressesMax).exactOptional(),
    infrastructure: apiObject('Gateway.infrastructure', {
      labels: labels.exactOptional(),
      annotations: annotations.exactOptional(),
      parametersRef: objectReference('Gateway.infrastructure.parametersRef', false).exactOptional(),
    }).exactOptional(),
  },
  ['allowedListeners', 'backendTLS', 'defaultScope', 'tls'],
);
