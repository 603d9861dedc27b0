/** The table of contents of the traffic table: one file an area. */

import type { TrafficCase } from '../traffic-case.ts';
import { accessLogCases } from './access-log.ts';
import { accessLogEndCases } from './access-log-ends.ts';
import { addressingCases } from './addressing.ts';
import { directResponseCases } from './direct-response.ts';
import { grpcCases } from './grpc.ts';
import { grpcWebCases } from './grpc-web.ts';
import { headerCases } from './headers.ts';
import { hostileCases } from './hostile.ts';
import { hostileHttp2Cases } from './hostile-http2.ts';
import { hostCases } from './hosts.ts';
import { limitCases } from './limits.ts';
import { matchCases } from './match.ts';
import { matchFieldCases } from './match-fields.ts';
import { ownFieldCases } from './own-fields.ts';
import { pathCases } from './paths.ts';
import { policyCases } from './policies.ts';
import { protocolCases } from './protocols.ts';
import { http2Cases } from './protocols-http2.ts';
import { redirectCases } from './redirect.ts';
import { rewriteCases } from './rewrite.ts';
import { stricterCases } from './stricter.ts';
import { upgradeCases } from './upgrades.ts';
import { weightCases } from './weights.ts';

export const trafficCases: readonly TrafficCase[] = [
  ...matchCases,
  ...matchFieldCases,
  ...headerCases,
  ...rewriteCases,
  ...redirectCases,
  ...directResponseCases,
  ...weightCases,
  ...hostCases,
  ...pathCases,
  ...addressingCases,
  ...ownFieldCases,
  ...protocolCases,
  ...http2Cases,
  ...upgradeCases,
  ...hostileCases,
  ...hostileHttp2Cases,
  ...stricterCases,
  ...grpcCases,
  ...grpcWebCases,
  ...accessLogCases,
  ...accessLogEndCases,
  ...limitCases,
  ...policyCases,
];
