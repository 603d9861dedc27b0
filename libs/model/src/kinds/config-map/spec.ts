/** Kubernetes core/v1 ConfigMap: certificate bundles of the Gateway API, mesh configuration. */

export interface ConfigMapSpec {
  readonly data: Readonly<Record<string, string>>;
  /** Key → base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}
