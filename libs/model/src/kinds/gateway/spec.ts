/** networking.istio.io Gateway, the fields that are done. */

export interface GatewaySpec {
  readonly selector: Readonly<Record<string, string>>;
  readonly servers: readonly GatewayServer[];
}

export interface GatewayServer {
  readonly name?: string;
  readonly port: { readonly number: number; readonly protocol: 'HTTP' | 'HTTP2' | 'GRPC'; readonly name: string };
  /** Address to listen on; the gateway's own default where absent. */
  readonly bind?: string;
  /** "host", "ns/host", "./host", "*​/host"; "*" allowed. */
  readonly hosts: readonly string[];
}
