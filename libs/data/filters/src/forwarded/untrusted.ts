/** The x-envoy-* request headers that only an internal caller may say. */

const untrusted: ReadonlySet<string> = new Set([
  'x-envoy-internal',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-stream-duration-ms',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
]);

const untrustedAtEdge: ReadonlySet<string> = new Set([
  ...untrusted,
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-external-address',
  'x-envoy-original-path',
  'x-envoy-original-host',
]);

/** Takes them out of `fields`. @param edge at an edge (use_remote_address) some more are not believed. */
export function removeUntrusted(fields: string[], edge: boolean): void {
  const names = edge ? untrustedAtEdge : untrusted;
  let kept = 0;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.startsWith('x-envoy-') && names.has(name)) continue;
    fields[kept] = name;
    fields[kept + 1] = fields[i + 1] as string;
    kept += 2;
  }
  while (fields.length > kept) fields.pop();
}
