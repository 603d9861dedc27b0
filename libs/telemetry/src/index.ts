/** Metrics as typed arrays with Prometheus text, and JSON logs. */
export type { Logger, LoggerOptions, LogLevel } from './logging/logger.ts';
export { createLogger, isLogLevel, logLevels } from './logging/logger.ts';
export { envoyHistogramBuckets, familiesMax, seriesPerFamilyMax } from './metrics/limits.ts';
export { prometheusContentType } from './metrics/prometheus.ts';
export type { Family, MetricRegistry, MetricRegistryOptions } from './metrics/registry.ts';
export { createMetricRegistry } from './metrics/registry.ts';
export type { Counter, Gauge, Histogram } from './metrics/slots.ts';
