/** How an access is written: Istio's two formats, or the operator's. */

import { create, type JsonObject } from '@bufbuild/protobuf';
import type { FileAccessLogProvider, LogLabels, MeshConfig } from '@weft/model';
import {
  type SubstitutionFormatString,
  SubstitutionFormatStringSchema,
} from '@weft/xds-messages/envoy/config/core/v3/substitution_format_string';
import { formatProblem, labelsProblem } from './format-check.ts';

/** The names are Istio's (pilot, telemetry_logging). */
const istioFields: JsonObject = {
  authority: '%REQ(:AUTHORITY)%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  duration: '%DURATION%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  request_id: '%REQ(X-REQUEST-ID)%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  response_code: '%RESPONSE_CODE%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  response_flags: '%RESPONSE_FLAGS%',
  route_name: '%ROUTE_NAME%',
  start_time: '%START_TIME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  user_agent: '%REQ(USER-AGENT)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
};

/** The order of the fields is Istio's, which log pipelines go by. */
export const istioText = `${[
  '[%START_TIME%]',
  '"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%"',
  '%RESPONSE_CODE%',
  '%RESPONSE_FLAGS%',
  '%RESPONSE_CODE_DETAILS%',
  '%CONNECTION_TERMINATION_DETAILS%',
  '"%UPSTREAM_TRANSPORT_FAILURE_REASON%"',
  '%BYTES_RECEIVED%',
  '%BYTES_SENT%',
  '%DURATION%',
  '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  '"%REQ(X-FORWARDED-FOR)%"',
  '"%REQ(USER-AGENT)%"',
  '"%REQ(X-REQUEST-ID)%"',
  '"%REQ(:AUTHORITY)%"',
  '"%UPSTREAM_HOST%"',
  '%UPSTREAM_CLUSTER_RAW%',
  '%UPSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_LOCAL_ADDRESS%',
  '%DOWNSTREAM_REMOTE_ADDRESS%',
  '%REQUESTED_SERVER_NAME%',
  '%ROUTE_NAME%',
].join(' ')}\n`;

/** @param text Envoy's format string; empty, or not to be read by proxies: Istio's own. A missing end of line is put there. */
export function textFormat(text: string, omitEmptyValues = false): SubstitutionFormatString {
  const line = text === '' || formatProblem(text) !== undefined ? istioText : text.endsWith('\n') ? text : `${text}\n`;
  return create(SubstitutionFormatStringSchema, {
    format: { case: 'textFormatSource', value: { specifier: { case: 'inlineString', value: line } } },
    omitEmptyValues,
  });
}

/** @param labels any JSON whose texts are format strings; absent, empty, or not to be read by proxies: Istio's own fields. */
export function jsonFormat(labels: LogLabels | undefined, omitEmptyValues = false): SubstitutionFormatString {
  const isOwn = labels === undefined || Object.keys(labels).length === 0 || labelsProblem(labels) !== undefined;
  const written = isOwn ? istioFields : (labels as JsonObject);
  return create(SubstitutionFormatStringSchema, {
    format: { case: 'jsonFormat', value: written },
    omitEmptyValues,
  });
}

/** A JSON format that is no object gives way to Istio's own: the mesh configuration's reader has warned of it. */
export function meshFormat(mesh: FormatOfMesh): SubstitutionFormatString {
  const { accessLogEncoding, accessLogFormat } = mesh;
  return accessLogEncoding === 'JSON' ? jsonFormat(parseObject(accessLogFormat)) : textFormat(accessLogFormat);
}

/** What makes the mesh's format give way to Istio's own, besides JSON that is none. */
export function meshFormatProblem({ accessLogEncoding, accessLogFormat }: FormatOfMesh): string | undefined {
  return accessLogEncoding === 'JSON' ? labelsProblem(parseObject(accessLogFormat)) : formatProblem(accessLogFormat);
}

/** As `meshFormatProblem`, of a provider's. */
export function providerFormatProblem({ logFormat }: FileAccessLogProvider): string | undefined {
  return logFormat?.labels === undefined ? formatProblem(logFormat?.text ?? '') : labelsProblem(logFormat.labels);
}

type FormatOfMesh = Pick<MeshConfig, 'accessLogEncoding' | 'accessLogFormat'>;

function parseObject(text: string): LogLabels | undefined {
  if (text === '') return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LogLabels) : undefined;
  } catch {
    return undefined;
  }
}
