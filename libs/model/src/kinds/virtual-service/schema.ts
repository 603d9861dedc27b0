/** The YAML form of a VirtualService. */

import { z } from 'zod';
import {
  dnsLabel,
  durationMs,
  headerRules,
  plainText,
  portNumber,
  ruleHost,
  stringMatch,
  wholeNumber,
} from '../../schema/fields.ts';
import { headerNameProblem, resourceNameProblem, wildcardHostProblem } from '../../schema/names.ts';
import { apiObject, checkedString, choice, mapOf } from '../../schema/object.ts';
import type { VirtualServiceSpec } from './spec.ts';

const weightMax = 2 ** 31 - 1;

/** "mesh", "name", "ns/name". */
function gatewayProblem(value: string): string | undefined {
  const parts = value.split('/');
  const good = parts.length <= 2 && parts.every((part) => resourceNameProblem(part) === undefined);
  return good ? undefined : `${JSON.stringify(value)} is not a gateway: "mesh", "name" or "namespace/name"`;
}

const lowerCaseKeys = <V>(map: Readonly<Record<string, V>>): Record<string, V> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key.toLowerCase(), value]));

const headerMatches = mapOf(stringMatch('VirtualService.http.match.headers', true), headerNameProblem)
  .superRefine((map, context) => {
    const seen = new Set<string>();
    for (const key of Object.keys(map)) {
      if (seen.has(key.toLowerCase())) {
        const message = `header ${JSON.stringify(key)} is given twice, in different case`;
        context.addIssue({ code: 'custom', path: [key], message, params: { atKey: true } });
      }
      seen.add(key.toLowerCase());
    }
  })
  .transform(lowerCaseKeys);

const match = apiObject(
  'VirtualService.http.match',
  {
    name: plainText.exactOptional(),
    uri: stringMatch('VirtualService.http.match.uri', false).exactOptional(),
    method: stringMatch('VirtualService.http.match.method', false).exactOptional(),
    headers: headerMatches.exactOptional(),
    queryParams: mapOf(stringMatch('VirtualService.http.match.queryParams', true), (key) =>
      key === '' ? 'a query parameter name must not be empty' : undefined,
    ).exactOptional(),
  },
  [
    'authority',
    'gateways',
    'ignoreUriCase',
    'port',
    'scheme',
    'sourceLabels',
    'sourceNamespace',
    'statPrefix',
    'withoutHeaders',
  ],
);

const destinationHost = checkedString((value) =>
  value === '*' ? 'a destination must be one host, not "*"' : wildcardHostProblem(value),
);

const routeDestination = apiObject('VirtualService.http.route', {
  destination: apiObject('VirtualService.http.route.destination', {
    host: destinationHost,
    subset: dnsLabel.exactOptional(),
    port: apiObject('VirtualService.http.route.destination.port', { number: portNumber }).exactOptional(),
  }),
  weight: wholeNumber(0, weightMax, 'weight').exactOptional(),
  headers: headerRules('VirtualService.http.route.headers').exactOptional(),
});

const redirect = apiObject(
  'VirtualService.http.redirect',
  {
    uri: plainText.exactOptional(),
    authority: plainText.exactOptional(),
    scheme: choice('VirtualService.http.redirect.scheme', ['http', 'https']).exactOptional(),
    port: portNumber.exactOptional(),
    derivePort: choice('VirtualService.http.redirect.derivePort', [
      'FROM_PROTOCOL_DEFAULT',
      'FROM_REQUEST_PORT',
    ]).exactOptional(),
    redirectCode: z
      .number()
      .refine((code) => [301, 302, 303, 307, 308].includes(code), 'redirectCode must be 301, 302, 303, 307 or 308')
      .exactOptional(),
  },
  ['prefixRewrite'],
);

const directResponse = apiObject('VirtualService.http.directResponse', {
  status: wholeNumber(200, 599, 'status'),
  body: apiObject('VirtualService.http.directResponse.body', {
    string: z.string().exactOptional(),
    bytes: checkedString((value) =>
      /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0 ? undefined : 'bytes must be base64',
    ).exactOptional(),
  }).exactOptional(),
});

const rewrite = apiObject(
  'VirtualService.http.rewrite',
  { uri: plainText.exactOptional(), authority: plainText.exactOptional() },
  ['uriRegexRewrite'],
);

const httpRule = apiObject(
  'VirtualService.http',
  {
    name: plainText.exactOptional(),
    match: z.array(match).exactOptional(),
    route: z.array(routeDestination).exactOptional(),
    redirect: redirect.exactOptional(),
    directResponse: directResponse.exactOptional(),
    rewrite: rewrite.exactOptional(),
    timeout: durationMs.exactOptional(),
    headers: headerRules('VirtualService.http.headers').exactOptional(),
  },
  [
    'corsPolicy',
    'delegate',
    'fault',
    'mirror',
    'mirrorPercent',
    'mirrorPercentage',
    'mirrors',
    'retries',
    'websocketUpgrade',
  ],
).transform(({ timeout, ...rule }) => (timeout === undefined ? rule : { ...rule, timeoutMs: timeout }));

/** `gateways` becomes ["mesh"] where absent. */
export const virtualServiceSchema: z.ZodType<VirtualServiceSpec> = apiObject(
  'VirtualService',
  {
    hosts: z.array(ruleHost),
    gateways: z.array(checkedString(gatewayProblem)).default(['mesh']),
    http: z.array(httpRule).default([]),
    tls: z.array(z.never()).default([]),
    tcp: z.array(z.never()).default([]),
  },
  ['exportTo'],
);
