/** The YAML form of what an HTTP rule does besides routing: rewrite, retries, faults, mirrors, CORS. */

import { z } from 'zod';
import {
  durationMs,
  int32,
  numberWithin,
  plainText,
  regexProblem,
  stringMatch,
  uint32,
  wholeNumber,
} from '../../schema/fields.ts';
import { given, givenUnlessEmpty } from '../../schema/given.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { corsHeaderProblem, corsMethodProblem, grpcStatusProblem, retryOnProblem } from './words.ts';

const api = 'VirtualService.http';

export const rewrite = apiObject(`${api}.rewrite`, {
  uri: plainText.exactOptional(),
  authority: plainText.exactOptional(),
  uriRegexRewrite: apiObject(`${api}.rewrite.uriRegexRewrite`, {
    match: checkedString(regexProblem),
    rewrite: checkedString((value) => (value === '' ? 'a replacement is required' : undefined)),
  }).exactOptional(),
}).transform(({ uri, authority, ...rest }) => ({
  ...rest,
  ...givenUnlessEmpty('uri', uri),
  ...givenUnlessEmpty('authority', authority),
}));

export const retries = apiObject(`${api}.retries`, {
  attempts: int32('attempts').default(0),
  perTryTimeout: durationMs.exactOptional(),
  retryOn: checkedString(retryOnProblem).exactOptional(),
  retryRemoteLocalities: z.boolean().exactOptional(),
  retryIgnorePreviousHosts: z.boolean().exactOptional(),
  backoff: durationMs.exactOptional(),
}).transform(({ perTryTimeout, backoff, retryOn, ...rest }) => ({
  ...rest,
  ...givenUnlessEmpty('retryOn', retryOn),
  ...given('perTryTimeoutMs', perTryTimeout),
  ...given('backoffMs', backoff),
}));

/** Istio lets 600 in, which is no status: 599 is sent. */
export const httpStatus = wholeNumber(200, 600, 'status').transform((status) => Math.min(status, 599));

function percent(of: string) {
  return apiObject(of, {
    value: z
      .number()
      .refine(
        (value) => value === 0 || (value >= 0.0001 && value <= 100),
        'the percentage must be 0, or from 0.0001 to 100',
      )
      .default(0),
  });
}

export function mirrorPercent(of: string) {
  return apiObject(of, { value: numberWithin(0, 100, 'percentage').default(0) });
}

const delay = apiObject(
  `${api}.fault.delay`,
  {
    fixedDelay: durationMs.exactOptional(),
    percentage: percent(`${api}.fault.delay.percentage`).exactOptional(),
    percent: wholeNumber(-(2 ** 31), 2 ** 31 - 1, 'percent').exactOptional(),
  },
  ['exponentialDelay'],
).transform(({ fixedDelay, percentage, percent: old }) => {
  if (fixedDelay === undefined) return undefined;
  const share = percentage ?? (old === undefined || old <= 0 ? undefined : { value: Math.min(old, 100) });
  return { fixedDelayMs: fixedDelay, ...given('percentage', share) };
});

const abort = apiObject(
  `${api}.fault.abort`,
  {
    httpStatus: httpStatus.exactOptional(),
    grpcStatus: checkedString(grpcStatusProblem).exactOptional(),
    percentage: percent(`${api}.fault.abort.percentage`).exactOptional(),
  },
  ['http2Error'],
).transform((value) => (value.httpStatus === undefined && value.grpcStatus === undefined ? undefined : value));

/** A delay without a duration and an abort without a status do nothing; they are left out of the data. */
export const fault = apiObject(`${api}.fault`, {
  delay: delay.exactOptional(),
  abort: abort.exactOptional(),
}).transform((value) => ({ ...given('delay', value.delay), ...given('abort', value.abort) }));

export const corsPolicy = apiObject(`${api}.corsPolicy`, {
  allowOrigins: z.array(stringMatch(`${api}.corsPolicy.allowOrigins`, { required: true })).exactOptional(),
  allowOrigin: z.array(plainText).exactOptional(),
  allowMethods: z.array(checkedString(corsMethodProblem)).exactOptional(),
  allowHeaders: z.array(checkedString(corsHeaderProblem)).exactOptional(),
  exposeHeaders: z.array(checkedString(corsHeaderProblem)).exactOptional(),
  maxAge: durationMs.refine((ms) => ms % 1000 === 0, 'maxAge must be whole seconds').exactOptional(),
  allowCredentials: z.boolean().exactOptional(),
  unmatchedPreflights: choice(`${api}.corsPolicy.unmatchedPreflights`, [
    'UNSPECIFIED',
    'FORWARD',
    'IGNORE',
  ]).exactOptional(),
}).transform(({ maxAge, allowOrigin, allowOrigins, ...rest }) => {
  const old =
    allowOrigin === undefined || allowOrigin.length === 0 ? undefined : allowOrigin.map((exact) => ({ exact }));
  return { ...given('allowOrigins', allowOrigins ?? old), ...rest, ...given('maxAgeMs', maxAge) };
});

/** Deprecated for `mirrorPercentage`, which wins. */
export const oldMirrorPercent = uint32('mirrorPercent').refine(
  (value) => value <= 100,
  'mirrorPercent must be at most 100',
);
