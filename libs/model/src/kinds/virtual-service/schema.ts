/** The YAML form of a VirtualService. */

import { z } from 'zod';
import { subnetProblem } from '../../schema/addresses.ts';
import { isGeneratedSni, ruleHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString } from '../../schema/object.ts';
import { commonMatch, gatewayNames, routeDestinations, tidyMatch } from './destination-schema.ts';
import { httpRule } from './http-schema.ts';
import type { VirtualServiceSpec } from './spec.ts';

const subnets = z.array(checkedString(subnetProblem));

const tlsRule = apiObject('VirtualService.tls', {
  match: z
    .array(
      apiObject('VirtualService.tls.match', {
        sniHosts: z.array(z.string()).default([]),
        destinationSubnets: subnets.exactOptional(),
        ...commonMatch,
      }).transform(tidyMatch),
    )
    .default([]),
  route: routeDestinations('VirtualService.tls.route'),
});

const tcpRule = apiObject('VirtualService.tcp', {
  match: z
    .array(
      apiObject('VirtualService.tcp.match', {
        destinationSubnets: subnets.exactOptional(),
        sourceSubnet: z.string().exactOptional(),
        ...commonMatch,
      }).transform(({ sourceSubnet, ...match }) => tidyMatch(match)),
    )
    .exactOptional(),
  route: routeDestinations('VirtualService.tcp.route'),
});

/** `gateways` becomes ["mesh"] where absent or empty; hosts and lists of rules become [] where absent. */
export const virtualServiceSchema: z.ZodType<VirtualServiceSpec> = apiObject('VirtualService', {
  hosts: z.array(checkedString((host) => (isGeneratedSni(host) ? undefined : ruleHostProblem(host)))).default([]),
  gateways: gatewayNames.default([]).transform((names) => (names.length === 0 ? ['mesh'] : names)),
  http: z.array(httpRule).default([]),
  tls: z.array(tlsRule).default([]),
  tcp: z.array(tcpRule).default([]),
  exportTo: z.array(z.string()).exactOptional(),
});
