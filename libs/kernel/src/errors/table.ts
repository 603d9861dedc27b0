/** The closed table of expected failures of the mesh. `docs/reference/errors.md` is generated from it. */

/** Who has to act on a failure. */
export type Fault = 'client' | 'upstream' | 'operator' | 'mesh';

export interface ErrorRow {
  readonly fault: Fault;
  /** True when the request cannot have had an effect, so that sending it again is safe whatever its method. */
  readonly retrySafe: boolean;
  /** 0: no answer is written, the connection is closed. */
  readonly httpStatus: number;
  /** Number of google.rpc.Code. */
  readonly grpcStatus: number;
  /** Envoy's response flag (access log, %RESPONSE_FLAGS%); "-" for none. */
  readonly responseFlag: string;
  /** What the operator should look at, one sentence. */
  readonly lookAt: string;
}

const row = (
  fault: Fault,
  retrySafe: boolean,
  httpStatus: number,
  grpcStatus: number,
  responseFlag: string,
  lookAt: string,
): ErrorRow => ({ fault, retrySafe, httpStatus, grpcStatus, responseFlag, lookAt });

export const errorTable = {
  http_malformed: row(
    'client',
    true,
    400,
    13,
    'DPE',
    'The client: its request is not valid HTTP/1.1; the answer names the rule.',
  ),
  http_head_too_large: row('client', true, 431, 8, 'DPE', 'The client: its request head is over 60 KiB or 100 fields.'),
  http_version_unsupported: row(
    'client',
    true,
    505,
    12,
    'DPE',
    'The client: it speaks a version of HTTP that this port does not.',
  ),
  http_version_old: row('client', true, 426, 12, 'DPE', 'The client: it speaks HTTP/1.0; this port needs HTTP/1.1.'),
  http_expectation_failed: row(
    'client',
    true,
    417,
    12,
    'DPE',
    'The client: it expects something other than 100-continue.',
  ),
  http_coding_unsupported: row(
    'client',
    true,
    501,
    12,
    'DPE',
    'The client: it uses a transfer coding other than chunked.',
  ),
  request_timeout: row('client', true, 408, 4, '-', 'The client: it did not finish its request head in time.'),
  downstream_closed: row('client', false, 0, 1, 'DC', 'The client: it went away before the answer was complete.'),
  plaintext_refused: row(
    'client',
    true,
    0,
    16,
    'NR',
    'The client: this port takes mutual TLS only; is its sidecar in the way?',
  ),
  peer_unauthenticated: row(
    'client',
    true,
    0,
    16,
    'NR',
    'The client certificate: it is missing, expired or of another trust domain.',
  ),
  no_route: row('operator', true, 404, 5, 'NR', 'The VirtualServices for this host: no rule matches the request.'),
  no_such_host: row(
    'operator',
    true,
    502,
    14,
    '-',
    'The Host header: no Service or ServiceEntry of the mesh has this name.',
  ),
  no_cluster: row('operator', true, 503, 14, 'NC', 'The route: its destination (host, subset, port) does not exist.'),
  protocol_unsupported: row(
    'operator',
    true,
    503,
    12,
    'UPE',
    'The port name of the Service: this cluster speaks HTTP/2, which this sidecar only tunnels.',
  ),
  no_healthy_upstream: row(
    'upstream',
    true,
    503,
    14,
    'UH',
    'The endpoints of the cluster: none is healthy (`weft proxy-config endpoint`).',
  ),
  upstream_connect_failed: row('upstream', true, 503, 14, 'UF', 'The endpoint: it does not accept connections.'),
  upstream_identity: row(
    'upstream',
    true,
    503,
    16,
    'UF',
    'The endpoint: its certificate is not of the expected service account.',
  ),
  upstream_closed: row('upstream', false, 503, 14, 'UC', 'The endpoint: it closed the connection before it answered.'),
  upstream_malformed: row(
    'upstream',
    false,
    502,
    13,
    'UPE',
    'The endpoint: its answer is not valid HTTP/1.1; the log names the rule.',
  ),
  upstream_timeout: row('upstream', false, 504, 4, 'UT', "The endpoint: it did not answer within the route's timeout."),
  upstream_overflow: row('upstream', true, 503, 8, 'UO', 'The connection pool of the cluster: its bounds are reached.'),
  stream_idle: row('upstream', false, 504, 4, 'SI', 'Either side: no byte moved within the stream idle timeout.'),
  draining: row(
    'mesh',
    true,
    503,
    14,
    '-',
    'Nothing: this proxy is shutting down; another endpoint will take the request.',
  ),
  identity_unavailable: row('mesh', true, 503, 14, 'UF', 'The control plane: this proxy has no valid certificate yet.'),
  config_rejected: row(
    'mesh',
    true,
    0,
    3,
    '-',
    '`weft proxy-status`: the proxy refused a resource and keeps its last good one.',
  ),
  config_unavailable: row(
    'mesh',
    true,
    0,
    14,
    '-',
    'The control plane: it is not reachable; the last good configuration stays in force.',
  ),
  token_invalid: row(
    'operator',
    true,
    0,
    16,
    '-',
    'The join token: it is unknown, expired, or of another workload group.',
  ),
  csr_invalid: row(
    'client',
    true,
    0,
    3,
    '-',
    'The certificate request: it is no PKCS#10 request for a P-256 or RSA key, or asks for a life that is too long.',
  ),
  identity_revoked: row(
    'operator',
    true,
    0,
    7,
    '-',
    'The identity: it was revoked (`weft ca revoke`); `weft ca restore` lets it have certificates again.',
  ),
  ca_overloaded: row(
    'client',
    true,
    0,
    8,
    '-',
    'The caller: its identity asks for certificates faster than the CA gives them to one identity.',
  ),
  rotation_refused: row('operator', true, 409, 9, '-', 'The rotation of the root: `weft ca status` shows its phase.'),
  state_invalid: row(
    'operator',
    true,
    0,
    9,
    '-',
    'The state folder: a file is missing, damaged or open to others; the message names it.',
  ),
  state_unwritable: row(
    'operator',
    false,
    507,
    13,
    '-',
    'The state folder: the disk is full, read-only or forbidden; the message names the folder.',
  ),
  upstream_reset: row(
    'upstream',
    false,
    503,
    14,
    'UR',
    'The endpoint: it reset the request (RST_STREAM) before its answer was whole.',
  ),
  upstream_duration: row('upstream', false, 408, 4, 'UMSDR', 'The cluster: its max_stream_duration ended the request.'),
  stream_duration: row(
    'upstream',
    false,
    504,
    4,
    '-',
    "The listener's or the route's max_stream_duration ended the request.",
  ),
  no_filter_chain: row(
    'client',
    true,
    0,
    14,
    'NR',
    'The listener: no filter chain takes what the client began with; is mutual TLS demanded (STRICT), or the SNI unknown?',
  ),
  connection_denied: row(
    'client',
    true,
    0,
    7,
    '-',
    'The policies on this port: a network filter closed the connection; the log names the policy.',
  ),
  host_missing: row('client', true, 400, 13, '-', 'The client: its HTTP/1.1 request has no Host field.'),
  path_fragment: row('client', true, 400, 13, '-', 'The client: the path of its request has a fragment ("#").'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;
