/** References that the kinds of the Gateway API share; a group that is absent is the one of the field's default, "" is the core group. */

export interface ParentReference {
  /** "gateway.networking.k8s.io" where absent; "" for a Service, "networking.istio.io" for a ServiceEntry. */
  readonly group?: string;
  /** Gateway where absent. */
  readonly kind?: string;
  /** The route's own where absent. */
  readonly namespace?: string;
  readonly name: string;
  /** Name of a listener, or of a Service's port. */
  readonly sectionName?: string;
  readonly port?: number;
}

export interface BackendObjectReference {
  /** "" (core) where absent. */
  readonly group?: string;
  /** Service where absent. */
  readonly kind?: string;
  /** The route's own where absent; another one needs a ReferenceGrant. */
  readonly namespace?: string;
  readonly name: string;
  /** Required for a Service. */
  readonly port?: number;
}

export interface BackendReference extends BackendObjectReference {
  /** 1 where absent; 0: no traffic. */
  readonly weight?: number;
}

export interface SecretReference {
  /** "" (core) where absent. */
  readonly group?: string;
  /** Secret where absent. */
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
}

/** An object of the same namespace, or of any for kinds that say so. */
export interface ObjectReference {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}
