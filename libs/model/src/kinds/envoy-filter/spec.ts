/** networking.istio.io EnvoyFilter, as far as it takes to say what to use instead. No resource of it ever comes to be. */

export interface EnvoyFilterSpec {
  readonly configPatches: readonly EnvoyFilterPatch[];
}

export interface EnvoyFilterPatch {
  readonly applyTo?: string;
  readonly patch?: { readonly operation?: string; readonly value?: unknown };
}
