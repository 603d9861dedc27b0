/** policy.linkerd.io NetworkAuthentication: callers by address. */

export interface NetworkAuthenticationSpec {
  readonly networks: readonly Network[];
}

export interface Network {
  /** "10.0.0.0/8", or one address. */
  readonly cidr: string;
  readonly except?: readonly string[];
}
