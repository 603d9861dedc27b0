/** The YAML form of a DestinationRule's load balancer. */

import { z } from 'zod';
import { anyDurationMs, durationMs, numberWithin, plainText, uint32, wholeNumber } from '../../schema/fields.ts';
import { given } from '../../schema/given.ts';
import { apiObject, checkedString, choice, mapOf } from '../../schema/object.ts';
import type { LoadBalancer } from './load-balancer-spec.ts';

const api = 'DestinationRule.trafficPolicy.loadBalancer';

const nonEmpty = (what: string) =>
  checkedString((value) => (value === '' ? `${what} must not be empty` : undefined)).pipe(plainText);

const httpCookie = apiObject(`${api}.consistentHash.httpCookie`, {
  name: nonEmpty('the name of a cookie'),
  path: plainText.exactOptional(),
  ttl: anyDurationMs.exactOptional(),
  attributes: z
    .array(
      apiObject(`${api}.consistentHash.httpCookie.attributes`, {
        name: nonEmpty('the name of an attribute'),
        value: plainText.exactOptional(),
      }),
    )
    .exactOptional(),
}).transform(({ ttl, ...rest }) => ({
  ...rest,
  ...given('ttlMs', ttl === undefined ? undefined : Math.max(0, Math.round(ttl))),
}));

/** Envoy's bound, where Istio has none. */
export const ringSizeMax = 8 * 1024 * 1024;
const ringSize = wholeNumber(0, Number.MAX_SAFE_INTEGER, 'minimumRingSize').transform((size) =>
  Math.min(size, ringSizeMax),
);

const consistentHash = apiObject(`${api}.consistentHash`, {
  httpHeaderName: plainText.exactOptional(),
  httpCookie: httpCookie.exactOptional(),
  useSourceIp: z.boolean().exactOptional(),
  httpQueryParameterName: plainText.exactOptional(),
  minimumRingSize: ringSize.exactOptional(),
  ringHash: apiObject(`${api}.consistentHash.ringHash`, { minimumRingSize: ringSize.exactOptional() })
    .transform(({ minimumRingSize }) => (minimumRingSize === 0 ? {} : given('minimumRingSize', minimumRingSize)))
    .exactOptional(),
  maglev: apiObject(`${api}.consistentHash.maglev`, {
    tableSize: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'tableSize').default(0),
  }).exactOptional(),
}).transform(({ minimumRingSize, ...rest }) => {
  const old = minimumRingSize !== undefined && minimumRingSize > 0 && rest.ringHash === undefined;
  return old && rest.maglev === undefined ? { ...rest, ringHash: { minimumRingSize } } : rest;
});

const failover = (of: string) => z.array(apiObject(of, { from: plainText.default(''), to: plainText.default('') }));

const localityLbSetting = apiObject(`${api}.localityLbSetting`, {
  enabled: z.boolean().exactOptional(),
  distribute: z
    .array(
      apiObject(`${api}.localityLbSetting.distribute`, {
        from: plainText.default(''),
        to: mapOf(uint32('the weight'), () => undefined).default({}),
      }),
    )
    .exactOptional(),
  failover: failover(`${api}.localityLbSetting.failover`).exactOptional(),
  failoverPriority: z.array(nonEmpty('a label')).exactOptional(),
});

/** Checked, and left out of the data: how Envoy spreads load over zones by itself is not done. */
const zoneAwareLbSetting = apiObject(`${api}.zoneAwareLbSetting`, {
  enabled: z.boolean().exactOptional(),
  failover: failover(`${api}.zoneAwareLbSetting.failover`).exactOptional(),
  failoverPriority: z.array(plainText).exactOptional(),
  minClusterSize: uint32('minClusterSize').exactOptional(),
});

const warmup = apiObject(`${api}.warmup`, {
  duration: durationMs,
  minimumPercent: numberWithin(0, 100, 'minimumPercent').exactOptional(),
  aggression: numberWithin(1, Number.POSITIVE_INFINITY, 'aggression').exactOptional(),
}).transform(({ duration, ...rest }) => ({ durationMs: duration, ...rest }));

/** `warmupDurationSecs` becomes `warmup`, which wins where both are given. */
export const loadBalancer: z.ZodType<LoadBalancer> = apiObject(api, {
  simple: choice(`${api}.simple`, [
    'UNSPECIFIED',
    'LEAST_CONN',
    'LEAST_REQUEST',
    'ROUND_ROBIN',
    'RANDOM',
    'PASSTHROUGH',
  ]).exactOptional(),
  consistentHash: consistentHash.exactOptional(),
  localityLbSetting: localityLbSetting.exactOptional(),
  zoneAwareLbSetting: zoneAwareLbSetting.exactOptional(),
  warmup: warmup.exactOptional(),
  warmupDurationSecs: anyDurationMs.exactOptional(),
}).transform(({ warmupDurationSecs, zoneAwareLbSetting: _notDone, ...rest }) =>
  warmupDurationSecs === undefined || warmupDurationSecs < 1 || rest.warmup !== undefined
    ? rest
    : { ...rest, warmup: { durationMs: Math.round(warmupDurationSecs) } },
);
