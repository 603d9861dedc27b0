/** HTTP filters, network filters and access logs, one folder each. */

export { isoTime, jsonText } from '@weft/data-runtime';
export { createAccessLog } from './access-log/access-log.ts';
export type { AccessLogs, AccessLogsOptions } from './access-log/access-logs.ts';
export { createAccessLogs, logFilesMax } from './access-log/access-logs.ts';
export type { FileSink } from './access-log/file-sink.ts';
export { createFileSink } from './access-log/file-sink.ts';
export type { AccessLogKindDeps } from './access-log/kinds.ts';
export type { LogBuffer, LogSink } from './access-log/log-buffer.ts';
export { accessLogLimits, createLogBuffer } from './access-log/log-buffer.ts';
export type { AnswerHeadersTable } from './answer-headers/answer-headers.ts';
export { createAnswerHeaders } from './answer-headers/answer-headers.ts';
export { createAttemptCount } from './attempt-count/attempt-count.ts';
export type { FilterDeps } from './filter-deps.ts';
export { createForwarded } from './forwarded/forwarded.ts';
export { createForwardedClientCert } from './forwarded-client-cert/forwarded-client-cert.ts';
export { createHeaderMutations } from './header-mutations/header-mutations.ts';
export { createIstioHttpMetrics } from './istio-metrics/http-metrics.ts';
export type { PairSource } from './istio-metrics/pair.ts';
export type { IstioTcpMetrics, TcpMetrics } from './istio-metrics/tcp-metrics.ts';
export { createIstioTcpMetrics } from './istio-metrics/tcp-metrics.ts';
export { createAccessLogKinds, createHttpFilterKinds, createNetworkFilterKinds } from './kinds.ts';
export { createNormalizePath } from './normalize-path/normalize-path.ts';
export { createPeerMetadataIn, createPeerMetadataOut } from './peer-metadata/peer-metadata.ts';
export { encodeStruct } from './peer-metadata/struct.ts';
export type { ProxyLabels } from './proxy-labels.ts';
export { createRequestId, uuid } from './request-id/request-id.ts';
