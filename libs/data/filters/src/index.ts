/** HTTP filters, one folder each, and what a filter is. */
export { createAccessLog } from './access-log/access-log.ts';
export type { FileSink } from './access-log/file-sink.ts';
export { createFileSink } from './access-log/file-sink.ts';
export { isoTime, jsonText } from './access-log/json-text.ts';
export type { LogBuffer, LogSink } from './access-log/log-buffer.ts';
export { accessLogLimits, createLogBuffer } from './access-log/log-buffer.ts';
export type { ConnectionInfo, Exchange, HttpFilter } from './filter.ts';
export { createForwarded } from './forwarded/forwarded.ts';
export { applyMutation } from './header-mutations/apply.ts';
export { createHeaderMutations } from './header-mutations/header-mutations.ts';
export { createIstioHttpMetrics } from './istio-metrics/http-metrics.ts';
export type { PairSource, ProxyLabels } from './istio-metrics/pair.ts';
export type { IstioTcpMetrics, TcpMetrics } from './istio-metrics/tcp-metrics.ts';
export { createIstioTcpMetrics } from './istio-metrics/tcp-metrics.ts';
export { createPeerMetadataIn, createPeerMetadataOut } from './peer-metadata/peer-metadata.ts';
export { encodeStruct } from './peer-metadata/struct.ts';
export { createRequestId } from './request-id/request-id.ts';
