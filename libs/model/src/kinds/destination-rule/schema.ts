/** The YAML form of a DestinationRule. */

import { isIP } from 'node:net';
import { z } from 'zod';
import {
  anyCaseLabel,
  durationMs,
  labels,
  numberWithin,
  plainText,
  portNumber,
  uint32,
  wholeNumber,
  wildcardHost,
} from '../../schema/fields.ts';
import { given } from '../../schema/given.ts';
import { fqdnProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { matchLabelsSelector } from '../../schema/selectors.ts';
import { loadBalancer } from './load-balancer-schema.ts';
import { connectionPool } from './pool-schema.ts';
import type { DestinationRuleSpec } from './spec.ts';

const api = 'DestinationRule.trafficPolicy';
const percent = (what: string) => wholeNumber(0, 100, what);

const outlierDetection = apiObject(`${api}.outlierDetection`, {
  consecutiveErrors: wholeNumber(-(2 ** 31), 2 ** 31 - 1, 'consecutiveErrors').exactOptional(),
  consecutive5xxErrors: uint32('consecutive5xxErrors').exactOptional(),
  consecutiveGatewayErrors: uint32('consecutiveGatewayErrors').exactOptional(),
  splitExternalLocalOriginErrors: z.boolean().exactOptional(),
  consecutiveLocalOriginFailures: uint32('consecutiveLocalOriginFailures').exactOptional(),
  interval: durationMs.exactOptional(),
  baseEjectionTime: durationMs.exactOptional(),
  maxEjectionPercent: percent('maxEjectionPercent').exactOptional(),
  minHealthPercent: percent('minHealthPercent').exactOptional(),
  outlierDetectionHttpErrorCodes: z.array(wholeNumber(100, 599, 'status')).exactOptional(),
}).transform(
  ({ consecutiveErrors: _ignored, outlierDetectionHttpErrorCodes: _notDone, interval, baseEjectionTime, ...rest }) => ({
    ...rest,
    ...given('intervalMs', interval),
    ...given('baseEjectionTimeMs', baseEjectionTime),
  }),
);

const tls = apiObject(`${api}.tls`, {
  mode: choice(`${api}.tls.mode`, ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']).default('DISABLE'),
  clientCertificate: plainText.exactOptional(),
  privateKey: plainText.exactOptional(),
  caCertificates: plainText.exactOptional(),
  caCrl: plainText.exactOptional(),
  credentialName: plainText.exactOptional(),
  subjectAltNames: z.array(plainText).exactOptional(),
  sni: plainText.exactOptional(),
  insecureSkipVerify: z.boolean().exactOptional(),
});

const portPolicy = {
  loadBalancer: loadBalancer.exactOptional(),
  connectionPool: connectionPool(`${api}.connectionPool`).exactOptional(),
  outlierDetection: outlierDetection.exactOptional(),
  tls: tls.exactOptional(),
};

const tunnel = apiObject(`${api}.tunnel`, {
  protocol: choice(`${api}.tunnel.protocol`, ['CONNECT', 'POST', ''])
    .default('CONNECT')
    .transform((word) => (word === '' ? 'CONNECT' : word)),
  targetHost: checkedString((value) => (isIP(value) === 0 ? fqdnProblem(value) : undefined)),
  targetPort: portNumber,
});

const retryBudget = apiObject(`${api}.retryBudget`, {
  percent: numberWithin(0, 100, 'percent').exactOptional(),
  minRetryConcurrency: uint32('minRetryConcurrency').exactOptional(),
  budgetInterval: durationMs.exactOptional(),
}).transform(({ budgetInterval, ...rest }) => ({ ...rest, ...given('budgetIntervalMs', budgetInterval) }));

const trafficPolicy = apiObject(api, {
  ...portPolicy,
  portLevelSettings: z
    .array(
      apiObject(`${api}.portLevelSettings`, {
        // Istio takes what is no port, and such a block is for none.
        port: apiObject(`${api}.portLevelSettings.port`, { number: uint32('port').default(0) }),
        ...portPolicy,
      }),
    )
    .exactOptional(),
  tunnel: tunnel.exactOptional(),
  proxyProtocol: apiObject(`${api}.proxyProtocol`, {
    version: choice(`${api}.proxyProtocol.version`, ['V1', 'V2']).default('V1'),
  }).exactOptional(),
  retryBudget: retryBudget.exactOptional(),
});

export const destinationRuleSchema: z.ZodType<DestinationRuleSpec> = apiObject('DestinationRule', {
  host: wildcardHost,
  trafficPolicy: trafficPolicy.exactOptional(),
  subsets: z
    .array(
      apiObject('DestinationRule.subsets', {
        name: anyCaseLabel,
        labels: labels.exactOptional(),
        trafficPolicy: trafficPolicy.exactOptional(),
      }),
    )
    .exactOptional(),
  exportTo: z.array(z.string()).exactOptional(),
  workloadSelector: matchLabelsSelector('DestinationRule.workloadSelector').exactOptional(),
});
