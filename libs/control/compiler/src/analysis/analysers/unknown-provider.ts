/** WEFT0125: an extension provider that the mesh's configuration has not. */

import { findProvider, type Resource } from '@weft/model';
import type { AnalysedMesh } from '../analysed-mesh.ts';
import type { Analyser, Doubt } from '../analyser.ts';

export const unknownProvider: Analyser = {
  code: 'WEFT0125',
  name: 'unknown-provider',
  severity: 'error',
  istio: [],
  summary: 'An AuthorizationPolicy or a Telemetry names a provider that MeshConfig does not define.',
  effect:
    'A CUSTOM policy without its authorizer denies every call that it is asked about; a Telemetry without its provider is not used.',
  remedy: 'Add the provider to `extensionProviders` of MeshConfig, or correct its name.',
  find: (mesh) => [
    ...mesh.model.byKind('AuthorizationPolicy').flatMap((resource) => {
      const name = resource.spec.provider?.name;
      return name === undefined ? [] : doubtOf(mesh, resource, 'spec.provider.name', name);
    }),
    ...mesh.model
      .byKind('Telemetry')
      .flatMap((resource) =>
        (['metrics', 'tracing', 'accessLogging'] as const).flatMap((part) =>
          (resource.spec[part] ?? []).flatMap(({ providers = [] }, index) =>
            providers.flatMap(({ name }, position) =>
              doubtOf(mesh, resource, `spec.${part}[${index}].providers[${position}]`, name),
            ),
          ),
        ),
      ),
  ],
};

function doubtOf(
  { mesh }: AnalysedMesh,
  resource: Resource<'AuthorizationPolicy'> | Resource<'Telemetry'>,
  path: string,
  name: string,
): readonly Doubt[] {
  if (findProvider(mesh, name) !== undefined) return [];
  const known = mesh.extensionProviders.map((provider) => provider.name).join(', ') || 'none';
  return [{ resource, path, message: `MeshConfig has no extension provider ${name}; it has ${known}` }];
}
