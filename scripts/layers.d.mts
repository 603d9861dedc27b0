interface Law {
  readonly may: readonly string[];
  readonly why: string;
}
interface Named {
  readonly name: string;
  readonly layer: string;
}
export const layerTable: Readonly<Record<string, Law>>;
export const appTable: Readonly<Record<string, Law>>;
export const siblingFolders: readonly { readonly folder: string; readonly why: string }[];
export const deepImportsAllowed: readonly string[];
export function edgeViolation(from: Named, to: Named): string | undefined;
