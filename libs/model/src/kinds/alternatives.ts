/** What to use instead of kinds that Istio has and Weft will not take. */

const alternatives: Readonly<Record<string, string>> = {
  'WasmPlugin.extensions.istio.io':
    'Weft runs no WebAssembly; decide with an external authorizer (AuthorizationPolicy, action CUSTOM), change headers and routes with a VirtualService, count with Telemetry',
  'TrafficExtension.extensions.istio.io':
    'Weft runs neither WebAssembly nor Lua; decide with an external authorizer (AuthorizationPolicy, action CUSTOM), change headers and routes with a VirtualService, count with Telemetry',
  'IstioOperator.install.istio.io':
    'it installs Istio; what it says about the mesh belongs into the MeshConfig file of the control plane',
};

/** A sentence, or undefined for a kind that is only not done yet. */
export function alternativeTo(group: string, kind: string): string | undefined {
  const key = `${kind}.${group}`;
  return Object.hasOwn(alternatives, key) ? `${kind} (${group}) is refused: ${alternatives[key]}` : undefined;
}
