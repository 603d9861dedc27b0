/** The YAML form of an HTTP rule. */

import { z } from 'zod';
import { durationMs, plainText, portOrNone } from '../../schema/fields.ts';
import { given, givenUnlessEmpty } from '../../schema/given.ts';
import { headerRules } from '../../schema/header-operations.ts';
import { apiObject, checkedString, choice } from '../../schema/object.ts';
import { destination, weight } from './destination-schema.ts';
import type { HttpRule } from './http-spec.ts';
import { httpMatch } from './match-schema.ts';
import { corsPolicy, fault, httpStatus, mirrorPercent, oldMirrorPercent, retries, rewrite } from './policy-schema.ts';

const api = 'VirtualService.http';

const routeDestination = apiObject(`${api}.route`, {
  destination: destination(`${api}.route.destination`),
  weight: weight.exactOptional(),
  headers: headerRules(`${api}.route.headers`).exactOptional(),
});

/** Codes that Envoy has; Istio takes every 3xx and sends 301 for the others. */
export const redirectCodes: readonly number[] = [301, 302, 303, 307, 308];

const redirect = apiObject(
  `${api}.redirect`,
  {
    uri: plainText.exactOptional(),
    authority: plainText.exactOptional(),
    scheme: choice(`${api}.redirect.scheme`, ['http', 'https', '']).exactOptional(),
    port: portOrNone.exactOptional(),
    derivePort: choice(`${api}.redirect.derivePort`, ['FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT']).exactOptional(),
    redirectCode: z
      .number()
      .refine(
        (code) => code === 0 || (Number.isInteger(code) && code >= 300 && code <= 399),
        'redirectCode must be 301, 302, 303, 307 or 308',
      )
      .exactOptional(),
  },
  ['prefixRewrite'],
).transform(({ uri, authority, scheme, port, redirectCode, ...rest }) => ({
  ...givenUnlessEmpty('uri', uri),
  ...givenUnlessEmpty('authority', authority),
  ...givenUnlessEmpty('scheme', scheme),
  ...given('port', port === 0 ? undefined : port),
  ...rest,
  ...given(
    'redirectCode',
    redirectCode !== undefined && redirectCodes.includes(redirectCode) ? redirectCode : undefined,
  ),
}));

const directResponse = apiObject(`${api}.directResponse`, {
  status: httpStatus,
  body: apiObject(`${api}.directResponse.body`, {
    string: z.string().exactOptional(),
    bytes: checkedString((value) =>
      /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0 ? undefined : 'bytes must be base64',
    ).exactOptional(),
  }).exactOptional(),
});

const mirror = apiObject(`${api}.mirrors`, {
  destination: destination(`${api}.mirrors.destination`),
  percentage: mirrorPercent(`${api}.mirrors.percentage`).exactOptional(),
});

const delegate = apiObject(`${api}.delegate`, {
  name: plainText.default(''),
  namespace: plainText.exactOptional(),
}).transform(({ name, namespace }) => ({ name, ...givenUnlessEmpty('namespace', namespace) }));

export const httpRule: z.ZodType<HttpRule> = apiObject(
  api,
  {
    name: plainText.exactOptional(),
    match: z.array(httpMatch).exactOptional(),
    route: z.array(routeDestination).exactOptional(),
    redirect: redirect.exactOptional(),
    directResponse: directResponse.exactOptional(),
    delegate: delegate.exactOptional(),
    rewrite: rewrite.exactOptional(),
    timeout: durationMs.exactOptional(),
    retries: retries.exactOptional(),
    fault: fault.exactOptional(),
    mirror: destination(`${api}.mirror`).exactOptional(),
    mirrorPercentage: mirrorPercent(`${api}.mirrorPercentage`).exactOptional(),
    mirrorPercent: oldMirrorPercent.exactOptional(),
    mirror_percent: oldMirrorPercent.exactOptional(),
    mirrors: z.array(mirror).exactOptional(),
    corsPolicy: corsPolicy.exactOptional(),
    headers: headerRules(`${api}.headers`).exactOptional(),
  },
  ['websocketUpgrade'],
).transform(({ timeout, mirrorPercent: old, mirror_percent: older, mirrorPercentage, ...rule }) => {
  const value = old ?? older;
  return {
    ...rule,
    ...given('mirrorPercentage', mirrorPercentage ?? (value === undefined ? undefined : { value })),
    ...given('timeoutMs', timeout),
  };
});
