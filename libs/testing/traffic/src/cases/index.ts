/** The table of contents of the traffic table: one file an area. */

import type { TrafficCase } from '../traffic-case.ts';
import { headerCases } from './headers.ts';
import { matchCases } from './match.ts';
import { matchFieldCases } from './match-fields.ts';

export const trafficCases: readonly TrafficCase[] = [...matchCases, ...matchFieldCases, ...headerCases];
