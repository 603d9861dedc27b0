/** Which Telemetries apply to a workload, and the names of what they ask for (Istio's pilot/pkg/model/telemetry.go). */

import type { TelemetryMode, TelemetryProvider } from '../kinds/telemetry/spec.ts';
import type { ExtensionProvider } from '../mesh-config/extension-provider.ts';
import type { MeshConfig } from '../mesh-config/spec.ts';
import type { Resource } from '../resource.ts';
import { isNamespaceWide, type SelectedWorkload, selectPolicies } from '../selection.ts';

/** CLIENT: outbound listeners and gateways; SERVER: inbound listeners. */
export type TrafficSide = Exclude<TelemetryMode, 'CLIENT_AND_SERVER'>;

/** At most one of the mesh, one of the namespace and one of the workload, in this order: later ones win. Of one scope, the oldest. */
export function selectTelemetries(
  telemetries: readonly Resource<'Telemetry'>[],
  workload: SelectedWorkload,
  rootNamespace: string,
): Resource<'Telemetry'>[] {
  const selected = selectPolicies(telemetries, workload, rootNamespace);
  const wide = selected.filter(({ spec }) => isNamespaceWide(spec));
  const mesh = wide.find(({ namespace }) => namespace === rootNamespace);
  const namespace = wide.find((telemetry) => telemetry.namespace !== rootNamespace);
  const own = selected.find(
    (telemetry) => telemetry.namespace === workload.namespace && !isNamespaceWide(telemetry.spec),
  );
  return [mesh, namespace, own].filter((telemetry) => telemetry !== undefined);
}

/** Istio compares the names of providers without case. */
export function findProvider(mesh: MeshConfig, name: string): ExtensionProvider | undefined {
  return mesh.extensionProviders.find((provider) => provider.name.toLowerCase() === name.toLowerCase());
}

export function providerNames(providers: readonly TelemetryProvider[] | undefined): string[] {
  return (providers ?? []).map(({ name }) => name);
}

export function isAbout(match: { readonly mode?: TelemetryMode } | undefined, side: TrafficSide): boolean {
  const mode = match?.mode ?? 'CLIENT_AND_SERVER';
  return mode === 'CLIENT_AND_SERVER' || mode === side;
}
