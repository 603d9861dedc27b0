/** The table of contents of what policies do: resilience, security, balancing, TLS, TCP. */

import type { TrafficCase } from '../traffic-case.ts';
import { retryCases } from './retries.ts';
import { retryWhereCases } from './retries-where.ts';
import { timeoutCases } from './timeouts.ts';

export const policyCases: readonly TrafficCase[] = [...retryCases, ...retryWhereCases, ...timeoutCases];
