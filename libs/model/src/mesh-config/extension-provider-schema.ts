/** The YAML form of the mesh's extension providers. */

import { isIP } from 'node:net';
import { z } from 'zod';
import { durationMs, portNumber, uint32 } from '../schema/fields.ts';
import { fqdnProblem, labelProblem } from '../schema/names.ts';
import { checkedString, choice } from '../schema/object.ts';
import { nonEmptyText } from '../schema/text.ts';
import type { ExtensionProvider } from './extension-provider.ts';
import { meshObject, millisecondsAs } from './mesh-object.ts';

const api = 'MeshConfig.extensionProviders';

/** Those of Envoy's StatusCode, by which a check that failed may be answered. */
const statuses: ReadonlySet<number> = new Set(
  [
    [100, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308],
    [400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417],
    [421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511],
  ].flat(),
);

function serviceProblem(service: string): string | undefined {
  const [first = '', second, ...more] = service.split('/');
  const host = second ?? first;
  const good =
    more.length === 0 &&
    (isIP(host) !== 0 || fqdnProblem(host) === undefined) &&
    (second === undefined || labelProblem(first) === undefined);
  return good ? undefined : `${JSON.stringify(service)} is not a service: "host" or "namespace/host"`;
}

const service = { service: checkedString(serviceProblem), port: portNumber };

const headers = (of: string) =>
  z.array(meshObject(of, { name: nonEmptyText('the name of a header'), value: z.string() })).exactOptional();
const names = z.array(nonEmptyText('the name of a header')).exactOptional();

function extAuthzFields(of: string) {
  return {
    ...service,
    timeout: durationMs.exactOptional(),
    failOpen: z.boolean().exactOptional(),
    statusOnError: checkedString((text) =>
      text === '' || (/^\d{1,3}$/.test(text) && statuses.has(Number(text)))
        ? undefined
        : `${JSON.stringify(text)} is not an HTTP status that Envoy knows`,
    ).exactOptional(),
    includeRequestBodyInCheck: meshObject(`${of}.includeRequestBodyInCheck`, {
      maxRequestBytes: uint32('maxRequestBytes').default(0),
      allowPartialMessage: z.boolean().exactOptional(),
      packAsBytes: z.boolean().exactOptional(),
    }).exactOptional(),
    clearRouteCache: z.boolean().exactOptional(),
  };
}

/** `timeout` and `statusOnError` of either kind as numbers. */
function checked<T extends { timeout?: number; statusOnError?: string }>({ timeout, statusOnError = '', ...rest }: T) {
  return {
    ...rest,
    ...millisecondsAs('timeoutMs', timeout),
    ...(statusOnError === '' ? {} : { statusOnError: Number(statusOnError) }),
  };
}

const extAuthzHttp = meshObject(`${api}.envoyExtAuthzHttp`, {
  ...extAuthzFields(`${api}.envoyExtAuthzHttp`),
  pathPrefix: checkedString((path) =>
    path === '' || path.startsWith('/') ? undefined : 'pathPrefix must start with "/"',
  ).exactOptional(),
  includeHeadersInCheck: names,
  includeRequestHeadersInCheck: names,
  includeAdditionalHeadersInCheck: z.record(z.string(), z.string()).exactOptional(),
  headersToUpstreamOnAllow: names,
  headersToDownstreamOnDeny: names,
  headersToDownstreamOnAllow: names,
}).transform(({ includeHeadersInCheck, pathPrefix = '', ...rest }) => {
  const { includeRequestHeadersInCheck = includeHeadersInCheck, ...others } = checked(rest);
  return {
    ...others,
    ...(pathPrefix === '' ? {} : { pathPrefix }),
    ...(includeRequestHeadersInCheck === undefined ? {} : { includeRequestHeadersInCheck }),
  };
});

const labels = z.record(z.string(), z.json());
const logFormat = { text: z.string().exactOptional(), labels: labels.exactOptional() };

const fileAccessLog = meshObject(`${api}.envoyFileAccessLog`, {
  path: z.string().exactOptional(),
  logFormat: meshObject(`${api}.envoyFileAccessLog.logFormat`, logFormat)
    .refine(
      ({ text, labels: fields }) => text === undefined || fields === undefined,
      'only one of text and labels may be given',
    )
    .exactOptional(),
  omitEmptyValues: z.boolean().exactOptional(),
});

const otelAccessLog = meshObject(`${api}.envoyOtelAls`, {
  ...service,
  logName: z.string().exactOptional(),
  logFormat: meshObject(`${api}.envoyOtelAls.logFormat`, logFormat).exactOptional(),
});

const texts = z.array(z.string()).exactOptional();
const grpcAccessLog = { ...service, logName: z.string().exactOptional(), filterStateObjectsToLog: texts };

const httpAccessLog = meshObject(`${api}.envoyHttpAls`, {
  ...grpcAccessLog,
  additionalRequestHeadersToLog: texts,
  additionalResponseHeadersToLog: texts,
  additionalResponseTrailersToLog: texts,
});

const zipkin = meshObject(
  `${api}.zipkin`,
  {
    ...service,
    maxTagLength: uint32('maxTagLength').exactOptional(),
    enable64bitTraceId: z.boolean().exactOptional(),
    path: z.string().exactOptional(),
    traceContextOption: choice(`${api}.zipkin.traceContextOption`, [
      'USE_B3',
      'USE_B3_WITH_W3C_PROPAGATION',
    ]).exactOptional(),
  },
  ['headers', 'timeout'],
);

const empty = (of: string) => meshObject(of, {});

const opentelemetry = meshObject(
  `${api}.opentelemetry`,
  {
    ...service,
    maxTagLength: uint32('maxTagLength').exactOptional(),
    http: meshObject(`${api}.opentelemetry.http`, {
      path: nonEmptyText('the path'),
      timeout: durationMs.exactOptional(),
      headers: headers(`${api}.opentelemetry.http.headers`),
    })
      .transform(({ timeout, ...rest }) => ({ ...rest, ...millisecondsAs('timeoutMs', timeout) }))
      .exactOptional(),
    grpc: meshObject(`${api}.opentelemetry.grpc`, {
      timeout: durationMs.exactOptional(),
      initialMetadata: headers(`${api}.opentelemetry.grpc.initialMetadata`),
    })
      .transform(({ timeout, ...rest }) => ({ ...rest, ...millisecondsAs('timeoutMs', timeout) }))
      .exactOptional(),
    resourceDetectors: meshObject(`${api}.opentelemetry.resourceDetectors`, {
      environment: empty(`${api}.opentelemetry.resourceDetectors.environment`).exactOptional(),
      dynatrace: empty(`${api}.opentelemetry.resourceDetectors.dynatrace`).exactOptional(),
    }).exactOptional(),
  },
  ['dynatraceSampler'],
).refine(({ http, grpc }) => http === undefined || grpc === undefined, 'only one of http and grpc may be given');

/** Exactly one of them makes a provider (see validate.ts). */
export const providerKinds = [
  'envoyExtAuthzHttp',
  'envoyExtAuthzGrpc',
  'prometheus',
  'envoyFileAccessLog',
  'zipkin',
  'opentelemetry',
  'envoyHttpAls',
  'envoyTcpAls',
  'envoyOtelAls',
] as const;

export const extensionProvider: z.ZodType<ExtensionProvider> = meshObject(
  api,
  {
    name: nonEmptyText('the name of a provider'),
    envoyExtAuthzHttp: extAuthzHttp.exactOptional(),
    envoyExtAuthzGrpc: meshObject(`${api}.envoyExtAuthzGrpc`, extAuthzFields(`${api}.envoyExtAuthzGrpc`))
      .transform(checked)
      .exactOptional(),
    prometheus: empty(`${api}.prometheus`).exactOptional(),
    envoyFileAccessLog: fileAccessLog.exactOptional(),
    zipkin: zipkin.exactOptional(),
    opentelemetry: opentelemetry.exactOptional(),
    envoyHttpAls: httpAccessLog.exactOptional(),
    envoyTcpAls: meshObject(`${api}.envoyTcpAls`, grpcAccessLog).exactOptional(),
    envoyOtelAls: otelAccessLog.exactOptional(),
  },
  ['datadog', 'lightstep', 'opencensus', 'sds', 'skywalking', 'stackdriver'],
);
