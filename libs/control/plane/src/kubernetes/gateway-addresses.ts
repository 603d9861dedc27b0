/** Where the proxies of a Gateway of the Gateway API are reached: those that are connected, by the label that names their Gateway. */

import type { ProxyDescription } from '@weft/control-registry';

/** Of Istio and of the Gateway API's own implementations. */
const gatewayNameLabel = 'gateway.networking.k8s.io/gateway-name';

export function gatewayAddresses(
  proxies: readonly ProxyDescription[],
  namespace: string,
  name: string,
): readonly string[] {
  const addresses = proxies
    .filter(
      (proxy) => proxy.type === 'router' && proxy.namespace === namespace && proxy.labels[gatewayNameLabel] === name,
    )
    .map(({ address }) => address);
  return [...new Set(addresses)].filter((address) => address !== '').sort();
}
