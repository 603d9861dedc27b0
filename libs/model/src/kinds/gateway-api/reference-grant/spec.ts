/** gateway.networking.k8s.io ReferenceGrant: its namespace lets those of `from` name what is in `to`. */

export interface ReferenceGrantSpec {
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
  /** Without `name`: every one of that kind. */
  readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
}
