/** networking.istio.io ProxyConfig: how the proxies of a namespace or of selected workloads are started. */

export interface ProxyConfigSpec {
  /** Absent: every workload of the namespace; in the root namespace, of the mesh. */
  readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
  /** Worker threads; 0: one a core. */
  readonly concurrency?: number;
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly image?: { readonly imageType?: string };
}
