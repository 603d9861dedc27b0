/** The YAML form of a DestinationRule. */

import { z } from 'zod';
import { dnsLabel, labels, wildcardHost } from '../../schema/fields.ts';
import { apiObject, choice } from '../../schema/object.ts';
import type { DestinationRuleSpec } from './spec.ts';

const trafficPolicy = apiObject(
  'DestinationRule.trafficPolicy',
  {
    loadBalancer: apiObject(
      'DestinationRule.trafficPolicy.loadBalancer',
      {
        simple: choice(
          'DestinationRule.trafficPolicy.loadBalancer.simple',
          ['UNSPECIFIED', 'LEAST_CONN', 'LEAST_REQUEST', 'ROUND_ROBIN', 'RANDOM'],
          ['PASSTHROUGH'],
        ).exactOptional(),
      },
      ['consistentHash', 'localityLbSetting', 'warmup', 'warmupDurationSecs', 'zoneAwareLbSetting'],
    ).exactOptional(),
  },
  ['connectionPool', 'outlierDetection', 'portLevelSettings', 'proxyProtocol', 'retryBudget', 'tls', 'tunnel'],
);

export const destinationRuleSchema: z.ZodType<DestinationRuleSpec> = apiObject(
  'DestinationRule',
  {
    host: wildcardHost,
    trafficPolicy: trafficPolicy.exactOptional(),
    subsets: z
      .array(
        apiObject('DestinationRule.subsets', {
          name: dnsLabel,
          labels: labels.exactOptional(),
          trafficPolicy: trafficPolicy.exactOptional(),
        }),
      )
      .exactOptional(),
  },
  ['exportTo', 'workloadSelector'],
);
