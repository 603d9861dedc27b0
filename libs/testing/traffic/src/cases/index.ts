/** The table of contents of the traffic table: one file an area. */

import type { TrafficCase } from '../traffic-case.ts';
import { addressingCases } from './addressing.ts';
import { directResponseCases } from './direct-response.ts';
import { headerCases } from './headers.ts';
import { hostCases } from './hosts.ts';
import { matchCases } from './match.ts';
import { matchFieldCases } from './match-fields.ts';
import { policyCases } from './policies.ts';
import { pathCases } from './paths.ts';
import { protocolCases } from './protocols.ts';
import { http2Cases } from './protocols-http2.ts';
import { redirectCases } from './redirect.ts';
import { rewriteCases } from './rewrite.ts';
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
  ...protocolCases,
  ...http2Cases,
  ...upgradeCases,
  ...policyCases,
];
