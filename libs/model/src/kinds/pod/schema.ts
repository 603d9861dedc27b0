/** The YAML form of a Pod: only what a mesh reads is checked, everything else is let pass. */

import { z } from 'zod';
import { plainText, portNumber, resourceName } from '../../schema/fields.ts';
import { choice, looseObject } from '../../schema/object.ts';
import { ipAddress } from '../addresses.ts';
import { numberOrName } from '../ports.ts';
import type { PodSpec, PodStatus } from './spec.ts';

const probe = looseObject({
  httpGet: looseObject({ path: z.string().exactOptional(), port: numberOrName('port') }).exactOptional(),
  tcpSocket: looseObject({ port: numberOrName('port') }).exactOptional(),
  grpc: looseObject({ port: portNumber }).exactOptional(),
});

const container = looseObject({
  name: plainText,
  ports: z
    .array(
      looseObject({
        name: plainText.exactOptional(),
        containerPort: portNumber,
        hostPort: portNumber.exactOptional(),
        protocol: choice('Pod.containers.ports.protocol', ['TCP', 'UDP', 'SCTP']).exactOptional(),
      }),
    )
    .exactOptional(),
  readinessProbe: probe.exactOptional(),
  livenessProbe: probe.exactOptional(),
  startupProbe: probe.exactOptional(),
});

const spec = looseObject({
  containers: z.array(container).min(1, 'at least one container is required'),
  initContainers: z.array(container).exactOptional(),
  serviceAccountName: resourceName.exactOptional(),
  nodeName: resourceName.exactOptional(),
  hostname: plainText.exactOptional(),
  subdomain: plainText.exactOptional(),
  hostNetwork: z.boolean().exactOptional(),
});

const status = looseObject({
  phase: choice('Pod.status.phase', ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).exactOptional(),
  podIP: ipAddress.exactOptional(),
  podIPs: z.array(looseObject({ ip: ipAddress })).exactOptional(),
  hostIP: ipAddress.exactOptional(),
  conditions: z.array(looseObject({ type: z.string(), status: z.string() })).exactOptional(),
}).transform(
  ({ podIPs, conditions, ...rest }): PodStatus => ({
    ...rest,
    ...(podIPs === undefined ? {} : { podIPs: podIPs.map(({ ip }) => ip) }),
    ...(conditions === undefined
      ? {}
      : { conditions: Object.fromEntries(conditions.map((one) => [one.type, one.status === 'True'])) }),
  }),
);

const metadata = looseObject({
  generateName: z.string().exactOptional(),
  deletionTimestamp: z.string().exactOptional(),
  ownerReferences: z
    .array(looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().exactOptional() }))
    .exactOptional(),
});

/** The document without its envelope, and with `metadata` and `status`. */
export const podSchema: z.ZodType<PodSpec> = looseObject({ metadata, spec, status: status.exactOptional() }).transform(
  ({ metadata: { generateName, deletionTimestamp, ownerReferences = [] }, spec: fields, status: state }): PodSpec => {
    const owner = ownerReferences.find(({ controller }) => controller === true);
    return {
      ...fields,
      ...(owner === undefined ? {} : { owner: { kind: owner.kind, name: owner.name } }),
      ...(generateName === undefined ? {} : { generateName }),
      ...(deletionTimestamp === undefined ? {} : { deleted: true }),
      ...(state === undefined ? {} : { status: state }),
    };
  },
);
