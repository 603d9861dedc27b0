/** The YAML form of a PeerAuthentication. */

import type { z } from 'zod';
import { apiObject, choice, mapOf } from '../../schema/object.ts';
import { optionalSpec, workloadSelector } from '../../schema/policy-target.ts';
import type { PeerAuthenticationSpec } from './spec.ts';

const modes = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] as const;

const mutualTls = (api: string) => apiObject(api, { mode: choice(`${api}.mode`, modes).exactOptional() });

function portProblem(port: string): string | undefined {
  const good = /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535;
  return good ? undefined : `port ${JSON.stringify(port)} is not in the range 1 to 65535`;
}

export const peerAuthenticationSchema: z.ZodType<PeerAuthenticationSpec> = optionalSpec(
  apiObject('PeerAuthentication', {
    selector: workloadSelector('PeerAuthentication').exactOptional(),
    mtls: mutualTls('PeerAuthentication.mtls').exactOptional(),
    portLevelMtls: mapOf(mutualTls('PeerAuthentication.portLevelMtls'), portProblem).exactOptional(),
  }),
);
