/** Who may see a resource: exportTo of Istio, with the mesh's defaults. */

/**
 * @param exportTo as written: ".", "*", "~" or names of namespaces.
 * @param fallback the mesh's default for the kind.
 * @param owner namespace of the resource.
 */
export function isExportedTo(
  exportTo: readonly string[] | undefined,
  fallback: readonly string[],
  owner: string,
  client: string,
): boolean {
  const written = exportTo === undefined || exportTo.length === 0 ? fallback : exportTo;
  return written.some((target) => target === '*' || target === client || (target === '.' && owner === client));
}
