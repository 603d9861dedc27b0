/** The HTTP rules of a VirtualService. Deprecated spellings are already turned into today's. */

import type { CorsPolicy, HttpFault, HttpRetry, HttpRewrite, Percent } from './http-policy-spec.ts';
import type { Destination, RouteDestination } from './spec.ts';

export interface HttpRule {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly HttpRouteDestination[];
  readonly redirect?: HttpRedirect;
  readonly directResponse?: HttpDirectResponse;
  /** Another VirtualService, without hosts, whose rules stand here. */
  readonly delegate?: Delegate;
  readonly rewrite?: HttpRewrite;
  /** Absent: no time limit. */
  readonly timeoutMs?: number;
  /** Any pause of a request that was taken; of Linkerd's annotations alone, Istio's rules have no field for it. */
  readonly idleTimeoutMs?: number;
  /** Absent: the mesh's default. */
  readonly retries?: HttpRetry;
  readonly fault?: HttpFault;
  /** Never beside `mirrors`. */
  readonly mirror?: Destination;
  /** Of `mirror`; 100 % where absent. */
  readonly mirrorPercentage?: Percent;
  readonly mirrors?: readonly HttpMirror[];
  readonly corsPolicy?: CorsPolicy;
  readonly headers?: HeaderRules;
  /** Of routes of the Gateway API alone. */
  readonly session?: HttpSession;
}

/** Requests of one session go to one endpoint. */
export interface HttpSession {
  readonly carrier: 'cookie' | 'header';
  readonly name: string;
  /** Of a cookie that outlives the client's session; absent: it does not. */
  readonly ttlMs?: number;
  /** Of a cookie; absent: "/". */
  readonly path?: string;
}

/** All conditions of one match hold together; matches of one rule are alternatives. */
export interface HttpMatch {
  readonly name?: string;
  readonly uri?: StringMatch;
  /** By whole segments: "/a" takes /a and /a/b, not /ab. Of translated routes only (Gateway API, Ingress); never beside `uri`, never "/" or with "/" at its end. */
  readonly pathPrefix?: string;
  /** Ignores case in `uri` where it is exact or prefix. */
  readonly ignoreUriCase?: boolean;
  readonly scheme?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  /** An empty StringMatch asks for presence. Keys are lower case; "@request.auth.claims.…" asks for a claim of the JWT. */
  readonly headers?: Readonly<Record<string, StringMatch>>;
  /** Must not match. An empty StringMatch: must be absent. Keys are lower case. */
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  /** Port of the listener, which is that of the service. */
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
  /** As VirtualServiceSpec.gateways; those of the VirtualService where absent. */
  readonly gateways?: readonly string[];
  readonly statPrefix?: string;
}

/** One of the three; none: present. `regex` is RE2 and matches the whole value. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface HttpRouteDestination extends RouteDestination {
  readonly headers?: HeaderRules;
}

export interface HttpRedirect {
  readonly uri?: string;
  /** Of translated routes only (Gateway API), in place of `uri`: RE2 over the path without query; `rewrite` has \1 for a group. */
  readonly uriRegexRewrite?: { readonly match: string; readonly rewrite: string };
  readonly authority?: string;
  readonly scheme?: string;
  readonly port?: number;
  readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
  /** 301 where absent. */
  readonly redirectCode?: number;
}

export interface HttpDirectResponse {
  readonly status: number;
  /** `bytes` is base64. */
  readonly body?: { readonly string?: string; readonly bytes?: string };
}

export interface Delegate {
  readonly name: string;
  /** That of the VirtualService where absent. */
  readonly namespace?: string;
}

export interface HttpMirror {
  readonly destination: Destination;
  /** 100 % where absent. */
  readonly percentage?: Percent;
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
