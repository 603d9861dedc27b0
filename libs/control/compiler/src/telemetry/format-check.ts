/** Whether a proxy can read a format of access logs: one that it cannot would make it refuse every listener. */

import type { LogLabel } from '@weft/model';

/** As `docs/reference/envoy-api.md` lists them; a stock Envoy has them all. */
export const commandOperators: ReadonlySet<string> = new Set(
  (
    'ACCESS_LOG_TYPE BYTES_RECEIVED BYTES_SENT CONNECTION_ID CONNECTION_TERMINATION_DETAILS ' +
    'DOWNSTREAM_DIRECT_LOCAL_ADDRESS DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT ' +
    'DOWNSTREAM_DIRECT_LOCAL_PORT DOWNSTREAM_DIRECT_REMOTE_ADDRESS ' +
    'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_DIRECT_REMOTE_PORT ' +
    'DOWNSTREAM_HEADER_BYTES_RECEIVED DOWNSTREAM_HEADER_BYTES_SENT DOWNSTREAM_LOCAL_ADDRESS ' +
    'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_DNS_SAN DOWNSTREAM_LOCAL_PORT ' +
    'DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_LOCAL_URI_SAN DOWNSTREAM_PEER_CERT DOWNSTREAM_PEER_DNS_SAN ' +
    'DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER DOWNSTREAM_PEER_SERIAL ' +
    'DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_PEER_URI_SAN DOWNSTREAM_REMOTE_ADDRESS ' +
    'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_REMOTE_PORT DOWNSTREAM_TLS_VERSION ' +
    'DOWNSTREAM_WIRE_BYTES_RECEIVED DOWNSTREAM_WIRE_BYTES_SENT DURATION DYNAMIC_METADATA ENVIRONMENT ' +
    'GRPC_STATUS GRPC_STATUS_NUMBER HOSTNAME LOCAL_REPLY_BODY METADATA PATH PROTOCOL QUERY_PARAM REQ ' +
    'REQUESTED_SERVER_NAME REQUEST_DURATION REQUEST_HEADERS_BYTES REQ_WITHOUT_QUERY RESP RESPONSE_CODE ' +
    'RESPONSE_CODE_DETAILS RESPONSE_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG RESPONSE_HEADERS_BYTES ' +
    'RESPONSE_TX_DURATION ROUTE_NAME START_TIME STREAM_ID TRACE_ID TRAILER UPSTREAM_CLUSTER ' +
    'UPSTREAM_CLUSTER_RAW UPSTREAM_HOST UPSTREAM_HOST_NAME UPSTREAM_LOCAL_ADDRESS ' +
    'UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_LOCAL_PORT UPSTREAM_METADATA UPSTREAM_PEER_URI_SAN ' +
    'UPSTREAM_PROTOCOL UPSTREAM_REMOTE_ADDRESS UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT UPSTREAM_REMOTE_PORT ' +
    'UPSTREAM_REQUEST_ATTEMPT_COUNT UPSTREAM_TRANSPORT_FAILURE_REASON'
  ).split(' '),
);

const charsMax = 65_536;
const depthMax = 16;
/** "%%", or an operator; an argument ends where a percent sign or a length follows its bracket. */
const operator = /%(?:%|(?<name>[A-Z0-9_]+)(?<argument>\(.*?\)(?=%|:[0-9]{1,5}%))?(?::[0-9]{1,5})?%)/sy;
/** Operators that are nothing without the name of a header. */
const ofHeaders = /^(?:REQ|RESP|TRAILER|REQ_WITHOUT_QUERY|QUERY_PARAM)$/;

/** @returns what is wrong with it, for a sentence; nothing where proxies can read it. */
export function formatProblem(text: string): string | undefined {
  if (text.length > charsMax) return `it is longer than ${charsMax} characters`;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at)) {
    operator.lastIndex = at;
    const match = operator.exec(text);
    if (match === null) return `no operator begins at ${JSON.stringify(text.slice(at, at + 24))}`;
    const { name, argument = '' } = match.groups ?? {};
    if (name !== undefined && !commandOperators.has(name)) return `%${name}% is not known`;
    if (name !== undefined && ofHeaders.test(name) && argument.length < 3) return `%${name}% needs a name`;
    at = operator.lastIndex;
  }
  return undefined;
}

/** As `formatProblem`, of all texts in a JSON value. */
export function labelsProblem(label: LogLabel | undefined, depth = 0): string | undefined {
  if (typeof label === 'string') return formatProblem(label);
  if (typeof label !== 'object' || label === null) return undefined;
  if (depth >= depthMax) return `it is deeper than ${depthMax}`;
  for (const child of Object.values(label) as LogLabel[]) {
    const problem = labelsProblem(child, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
