/** Filters and conditions that HTTPRoute and GRPCRoute share. */

import type { BackendObjectReference } from './references.ts';

export interface HeaderValue {
  readonly name: string;
  readonly value: string;
}

export interface HeaderFilter {
  /** Overwrites. */
  readonly set?: readonly HeaderValue[];
  readonly add?: readonly HeaderValue[];
  readonly remove?: readonly string[];
}

/** At most one of each per rule, but several RequestMirror. */
export type RouteFilter =
  | { readonly type: 'RequestHeaderModifier'; readonly requestHeaderModifier: HeaderFilter }
  | { readonly type: 'ResponseHeaderModifier'; readonly responseHeaderModifier: HeaderFilter }
  | { readonly type: 'RequestMirror'; readonly requestMirror: RequestMirror }
  | { readonly type: 'RequestRedirect'; readonly requestRedirect: RequestRedirect }
  | { readonly type: 'URLRewrite'; readonly urlRewrite: UrlRewrite }
  | { readonly type: 'CORS'; readonly cors: RouteCors };

export interface RequestMirror {
  readonly backendRef: BackendObjectReference;
  /** Neither `percent` nor `fraction`: all. */
  readonly percent?: number;
  /** `denominator` is 100 where absent. */
  readonly fraction?: { readonly numerator: number; readonly denominator?: number };
}

/** Prefixes go by whole segments. */
export type PathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly replaceFullPath: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly replacePrefixMatch: string };

export interface RequestRedirect {
  readonly scheme?: 'http' | 'https';
  readonly hostname?: string;
  readonly path?: PathModifier;
  /** Where absent: the well-known port of `scheme` if that is given, else the listener's. */
  readonly port?: number;
  /** 302 where absent. */
  readonly statusCode?: 301 | 302 | 303 | 307 | 308;
}

export interface UrlRewrite {
  readonly hostname?: string;
  readonly path?: PathModifier;
}

export interface RouteCors {
  /** "https://example.com", "https://*.example.com", "*". */
  readonly allowOrigins?: readonly string[];
  readonly allowCredentials?: boolean;
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** 5 s where absent. */
  readonly maxAgeMs?: number;
}

export interface NamedMatch {
  /** Exact where absent; regular expressions are RE2 over the whole value. */
  readonly type?: 'Exact' | 'RegularExpression';
  /** Of headers: any case; of two of one name the first counts. */
  readonly name: string;
  readonly value: string;
}
