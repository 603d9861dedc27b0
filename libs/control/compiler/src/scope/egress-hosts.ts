/** Sidecar.egress[].hosts: which services and VirtualServices a listener imports. */

import { hostCovers, type IndexedVirtualService } from '../model-index.ts';
import type { ServiceShape } from './service-shape.ts';

interface HostPattern {
  /** A namespace, or "*". */
  readonly namespace: string;
  /** In lower case; may be a pattern. */
  readonly host: string;
}

export interface EgressHosts {
  importsService(service: ServiceShape): boolean;
  importsRules(rules: IndexedVirtualService): boolean;
}

/** @param written "ns/host", "./host", "*​/host", "~/host"; `host` alone is of any namespace. @param own namespace of the proxy. */
export function egressHosts(written: readonly string[], own: string): EgressHosts {
  const patterns = written.map((text) => parsePattern(text, own)).filter(({ namespace }) => namespace !== '~');
  const isFrom = (pattern: HostPattern, namespace: string): boolean =>
    pattern.namespace === '*' || pattern.namespace === namespace;
  return {
    importsService: ({ host, namespace }) =>
      patterns.some((pattern) => isFrom(pattern, namespace) && hostCovers(pattern.host, host)),
    // In both directions, as Istio has it: a rule for "*.example.com" is imported with "api.example.com".
    importsRules: ({ hosts, resource }) =>
      patterns.some(
        (pattern) =>
          isFrom(pattern, resource.namespace) &&
          hosts.some((host) => hostCovers(pattern.host, host) || hostCovers(host, pattern.host)),
      ),
  };
}

function parsePattern(text: string, own: string): HostPattern {
  const slash = text.indexOf('/');
  const namespace = slash < 0 ? '*' : text.slice(0, slash);
  return { namespace: namespace === '.' ? own : namespace, host: text.slice(slash + 1).toLowerCase() };
}
