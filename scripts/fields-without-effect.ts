/** Fields of Envoy's API that the sidecar takes and does not act on: for docs/reference/fields-without-effect.md, checked against the code. */

interface Row {
  /** "Message.field", the message by its last names, or "field" of any message. */
  readonly fields: readonly string[];
  /** Messages that stand in these fields only. */
  readonly within?: readonly string[];
  readonly why: string;
}

interface ApiPart {
  /** Message type → proto names of its fields. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

export const fieldsWithoutEffect: readonly Row[] = [
  {
    fields: [
      'runtime_key',
      'WeightedCluster.runtime_key_prefix',
      'route.v3.RateLimit.disable_key',
      ...['delay_percent', 'abort_percent', 'delay_duration', 'abort_http_status'].map(
        (of) => `HTTPFault.${of}_runtime`,
      ),
      ...['max_active_faults', 'response_rate_limit_percent', 'abort_grpc_status'].map(
        (of) => `HTTPFault.${of}_runtime`,
      ),
    ],
    why: 'there is no runtime layer to override a value: the default that stands beside the key holds',
  },
  {
    fields: [
      ...['Cluster.alt_stat_name', 'Route.stat_prefix', 'Cluster.track_cluster_stats', 'Cluster.track_timeout_budgets'],
      ...['Thresholds.track_remaining', 'Router.dynamic_stats', 'Router.suppress_grpc_request_failure_code_stats'],
      ...['HTTPFault.disable_downstream_cluster_stats', 'grpc_stats.v3.FilterConfig.replace_dots_in_grpc_service_name'],
    ],
    within: ['TrackClusterStats'],
    why: "they name or choose Envoy's own statistics; [ours](metrics.md) have names of their own",
  },
  {
    fields: ['grpc_stats.v3.FilterConfig.emit_filter_state'],
    why: 'nothing could read the counts of messages from there',
  },
  {
    fields: ['HealthCheck.always_log_health_check_failures', 'HealthCheck.always_log_health_check_success'],
    why: 'there is no event log of health checks',
  },
  { fields: ['HttpConnectionManager.Tracing.verbose'], why: 'spans carry tags, and no events that it would add' },
  {
    fields: ['Router.start_child_span'],
    why: 'the span of the upstream request is asked for with `HttpConnectionManager.Tracing.spawn_upstream_span`, which is done',
  },
  {
    fields: ['Cluster.respect_dns_ttl'],
    why: "**seen on the wire**: Node's resolver does not tell the time to live; `dns_refresh_rate` holds",
  },
  { fields: ['Cluster.wait_for_warm_on_init'], why: 'a change of routes waits for first endpoints in any case' },
  { fields: ['CommonLbConfig.update_merge_window'], why: 'updates are taken at once' },
  {
    fields: ['ClusterLoadAssignment.Policy.endpoint_stale_after'],
    why: 'the last endpoints that were told are kept, as when the control plane is down',
  },
  {
    fields: [
      'Cluster.upstream_connection_options',
      'UpstreamConnectionOptions.tcp_keepalive',
      'UpstreamConnectionOptions.happy_eyeballs_config',
    ],
    within: ['TcpKeepalive', 'HappyEyeballsConfig'],
    why: '**seen on the wire**: a peer that vanished is found by time-outs, pings and health checks; one address is tried at a time',
  },
  { fields: ['Listener.drain_type'], why: 'a removed or changed listener drains, and so does the process at its end' },
  {
    fields: [
      ...['Listener.connection_balance_config', 'Listener.reuse_port', 'Listener.enable_reuse_port'],
      ...['Listener.tcp_backlog_size', 'Listener.tcp_fast_open_queue_length', 'Listener.enable_mptcp'],
      'Listener.max_connections_to_accept_per_socket_event',
    ],
    within: ['Listener.ConnectionBalanceConfig'],
    why: 'tuning of sockets: [`--concurrency`](../guides/run-and-upgrade-a-sidecar.md) decides who shares a port',
  },
  {
    fields: ['Listener.ignore_global_conn_limit', 'Listener.bypass_overload_manager'],
    why: 'there is no global limit to leave out; each listener has its own bound',
  },
  { fields: ['TlsInspector.initial_read_buffer_size'], why: "a buffer's first size" },
  {
    fields: ['InternalAddressConfig.unix_sockets'],
    why: 'a listener has an IP address and a port: no client comes over a Unix socket',
  },
  {
    fields: [
      ...['Http1ProtocolOptions.use_balsa_parser', 'Http2ProtocolOptions.use_oghttp2_codec'],
      ...['RegexMatcher.google_re2', 'Http1ProtocolOptions.allow_custom_methods'],
    ],
    why: "which of Envoy's parsers is used; any token is a method here",
  },
  {
    fields: [
      'override_stream_error_on_invalid_http_message',
      'HttpConnectionManager.stream_error_on_invalid_http_message',
      'Http2ProtocolOptions.stream_error_on_invalid_http_messaging',
    ],
    why: 'a bad message costs its connection (HTTP/1) or its stream (HTTP/2): [row http2-stream-error](differences-from-envoy.md)',
  },
  {
    fields: [
      ...['hpack_table_size', 'max_outbound_frames', 'max_outbound_control_frames'],
      ...['max_consecutive_inbound_frames_with_empty_payload', 'max_inbound_priority_frames_per_stream'],
      'max_inbound_window_update_frames_per_data_frame_sent',
    ].map((field) => `Http2ProtocolOptions.${field}`),
    why: "the limits against floods are the codec's own: a listener can neither loosen nor tighten them",
  },
  { fields: ['KeepaliveSettings.connection_idle_interval'], why: 'pings go by `interval` alone' },
  {
    fields: ['SubstitutionFormatString.json_format_options', 'JsonFormatOptions.sort_properties'],
    why: 'keys are always sorted',
  },
  {
    fields: ['WeightedCluster.total_weight'],
    why: "weights count as they are; the field is gone from Envoy's newer API",
  },
  {
    fields: [
      'ConfigSource.resource_api_version',
      'ConfigSource.initial_fetch_timeout',
      'SelfConfigSource.transport_api_version',
    ],
    why: 'there is one version and one stream; what has not come is waited for',
  },
  {
    fields: ['DownstreamTlsContext.disable_stateful_session_resumption'],
    why: 'sessions are resumed by tickets alone: no listener keeps any',
  },
  {
    fields: ['DownstreamTlsContext.full_scan_certs_on_sni_mismatch'],
    why: 'there is one certificate to choose from',
  },
  {
    fields: ['UpstreamTlsContext.max_session_keys', 'UpstreamTlsContext.enforce_rsa_key_usage'],
    why: 'how many sessions are kept is a bound of the proxy; what the usage of a key lets a peer do is for OpenSSL to judge',
  },
  { fields: ['JwksAsyncFetch.fast_listener'], why: 'no listener waits for keys: requests do' },
  { fields: ['Metadata.typed_filter_metadata'], why: 'nothing here reads it' },
];

/** Read by the value of their oneof, without their name. */
const readUnnamed = ['RedirectAction.scheme_redirect', 'FileAccessLog.typed_json_format'];

/**
 * Rows that are not true any more, and what has no row: one sentence each.
 * @param words of the code that acts on messages, without the lists of what is supported.
 */
export function problemsOf(
  rows: readonly Row[],
  parts: readonly ApiPart[],
  words: ReadonlySet<string>,
): readonly string[] {
  const taken = parts.flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([type, names]) => names.map((name) => ({ type, name }))),
  );
  const named = [...rows.flatMap(({ fields }) => fields), ...readUnnamed];
  const within = rows.flatMap((row) => row.within ?? []);
  const gone = named
    .filter((entry) => !taken.some((field) => names(entry, field)))
    .map((entry) => `${entry} is not taken, and has a row`);
  const missing = taken
    .filter(({ name }) => !words.has(camelCase(name)))
    .filter((field) => !named.some((entry) => names(entry, field)))
    .filter(({ type }) => !within.some((message) => type.endsWith(`.${message}`)))
    .map(({ type, name }) => `${type}.${name} is taken, no code reads it, and it has no row`);
  return [...new Set([...gone, ...missing])];
}

function names(entry: string, { type, name }: { readonly type: string; readonly name: string }): boolean {
  return entry === name || `.${type}.${name}`.endsWith(`.${entry}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function withoutEffectPage(rows: readonly Row[]): string {
  const lines = rows.map(({ fields, why }) => `| ${fields.map((field) => `\`${field}\``).join(', ')} | ${why} |`);
  return `# Fields without effect

Generated from \`scripts/fields-without-effect.ts\` by \`npm run docs\`, and checked against the code by \`npm run check\`. What the sidecar takes over xDS, because
Istio and other control planes send it, and does not act on. All other fields that it takes do what Envoy's documentation says, and what it does not
take it refuses by name ([Envoy's API, field by field](envoy-api.md)). A field without a message is meant wherever it stands.

| field | why nothing follows from it |
|---|---|
${lines.join('\n')}
`;
}
