/** istio_build: which build of the proxy this is, as a metric that is always 1. */

import type { MetricRegistry } from '@weft/telemetry';

/** @param tag version of the proxy. */
export function registerIstioBuild(registry: MetricRegistry, tag: string): void {
  registry.gauge('istio_build', 'The proxy’s build.', ['component', 'tag']).slot(['proxy', tag]).set(1);
}
