/** The YAML form of a Server. */

import type { z } from 'zod';
import { apiObject, choice } from '../../../schema/object.ts';
import { labelSelector } from '../../label-selector-schema.ts';
import { numberOrName } from '../../ports.ts';
import { accessPolicies } from '../access-policy.ts';
import type { ServerSpec } from './spec.ts';

export const serverSchema: z.ZodType<ServerSpec> = apiObject('Server', {
  podSelector: labelSelector('Server.podSelector').exactOptional(),
  externalWorkloadSelector: labelSelector('Server.externalWorkloadSelector').exactOptional(),
  port: numberOrName('port'),
  proxyProtocol: choice('Server.proxyProtocol', [
    'unknown',
    'HTTP/1',
    'HTTP/2',
    'gRPC',
    'opaque',
    'TLS',
  ]).exactOptional(),
  accessPolicy: choice('Server.accessPolicy', accessPolicies).exactOptional(),
});
