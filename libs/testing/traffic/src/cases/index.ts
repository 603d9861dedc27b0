/** The table of contents of the traffic table: one file an area. */

import type { TrafficCase } from '../traffic-case.ts';
import { matchCases } from './match.ts';

export const trafficCases: readonly TrafficCase[] = [...matchCases];
