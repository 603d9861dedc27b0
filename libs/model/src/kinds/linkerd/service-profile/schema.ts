/** The YAML form of a ServiceProfile. */

import { z } from 'zod';
import { plainText, regexProblem, wholeNumber } from '../../../schema/fields.ts';
import { fqdnProblem } from '../../../schema/names.ts';
import { apiObject, checkedString } from '../../../schema/object.ts';
import { goDurationMs, weight } from '../fields.ts';
import type { RequestMatch, ResponseMatch, ServiceProfileSpec } from './spec.ts';

const ratioMax = 1000;
const status = wholeNumber(100, 599, 'status code');

/** One condition at least, all of them together. */
const something = (fields: object): boolean => Object.keys(fields).length > 0;

const requestMatch: z.ZodType<RequestMatch> = z.lazy(() =>
  apiObject('ServiceProfile.routes.condition', {
    pathRegex: checkedString(regexProblem).exactOptional(),
    method: checkedString((value) =>
      /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value) ? undefined : `${JSON.stringify(value)} is not a method of HTTP`,
    ).exactOptional(),
    all: z.array(requestMatch).exactOptional(),
    any: z.array(requestMatch).exactOptional(),
    not: requestMatch.exactOptional(),
  }).refine(something, 'one of pathRegex, method, all, any and not is required'),
);

const range = apiObject('ServiceProfile.routes.responseClasses.condition.status', {
  min: status.exactOptional(),
  max: status.exactOptional(),
})
  .refine(something, 'one of min and max is required')
  .refine(({ min = 0, max = 599 }) => min <= max, 'min is over max');

const responseMatch: z.ZodType<ResponseMatch> = z.lazy(() =>
  apiObject('ServiceProfile.routes.responseClasses.condition', {
    status: range.exactOptional(),
    all: z.array(responseMatch).exactOptional(),
    any: z.array(responseMatch).exactOptional(),
    not: responseMatch.exactOptional(),
  }).refine(something, 'one of status, all, any and not is required'),
);

const route = apiObject('ServiceProfile.routes', {
  name: plainText,
  condition: requestMatch,
  responseClasses: z
    .array(
      apiObject('ServiceProfile.routes.responseClasses', {
        condition: responseMatch,
        isFailure: z.boolean().exactOptional(),
      }),
    )
    .exactOptional(),
  isRetryable: z.boolean().exactOptional(),
  timeout: goDurationMs.exactOptional(),
}).transform(({ timeout, ...rest }) => (timeout === undefined ? rest : { ...rest, timeoutMs: timeout }));

const retryBudget = apiObject('ServiceProfile.retryBudget', {
  retryRatio: z.number().min(0, 'retryRatio must not be negative').max(ratioMax, `retryRatio is at most ${ratioMax}`),
  minRetriesPerSecond: wholeNumber(0, 2 ** 32 - 1, 'minRetriesPerSecond'),
  ttl: goDurationMs,
}).transform(({ ttl, ...rest }) => ({ ...rest, ttlMs: ttl }));

/** "host" or "host:port". */
const authority = checkedString((value) => {
  const [host = '', port, ...more] = value.split(':');
  const portGood = port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535);
  return more.length === 0 && portGood && fqdnProblem(host) === undefined
    ? undefined
    : `${JSON.stringify(value)} is not a host name with or without a port`;
});

export const serviceProfileSchema: z.ZodType<ServiceProfileSpec> = apiObject('ServiceProfile', {
  routes: z.array(route).exactOptional(),
  retryBudget: retryBudget.exactOptional(),
  dstOverrides: z.array(apiObject('ServiceProfile.dstOverrides', { authority, weight })).exactOptional(),
  opaquePorts: z.array(z.string()).exactOptional(),
});
