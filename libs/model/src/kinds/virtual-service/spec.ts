/** networking.istio.io VirtualService, the fields that are done. */

export interface VirtualServiceSpec {
  readonly hosts: readonly string[];
  /** ["mesh"] where absent. */
  readonly gateways: readonly string[];
  readonly http: readonly HttpRule[];
}

export interface HttpRule {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly HttpRouteDestination[];
  readonly redirect?: HttpRedirect;
  readonly directResponse?: {
    readonly status: number;
    readonly body?: { readonly string?: string; readonly bytes?: string };
  };
  readonly rewrite?: { readonly uri?: string; readonly authority?: string };
  readonly timeoutMs?: number;
  readonly headers?: HeaderRules;
}

/** All conditions of one match hold together; matches of one rule are alternatives. */
export interface HttpMatch {
  readonly name?: string;
  readonly uri?: StringMatch;
  readonly method?: StringMatch;
  /** An empty StringMatch asks for presence. Keys are lower case. */
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
}

/** One of the three; none: present. `regex` is RE2 and matches the whole value. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface HttpRouteDestination {
  readonly destination: Destination;
  /** Ignored for a single destination; 0 where absent among several. */
  readonly weight?: number;
  readonly headers?: HeaderRules;
}

export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number: number };
}

export interface HttpRedirect {
  readonly uri?: string;
  readonly authority?: string;
  readonly scheme?: string;
  readonly port?: number;
  readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
  /** 301 where absent. */
  readonly redirectCode?: number;
}

export interface HeaderRules {
  readonly request?: HeaderOperations;
  readonly response?: HeaderOperations;
}

export interface HeaderOperations {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}
