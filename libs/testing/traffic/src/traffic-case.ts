/** One row of the traffic table: xDS in, requests, what must be seen. The same row runs on our sidecar and on a real Envoy. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { ServiceName } from './backend/services.ts';
import type { Talk } from './tcp-client.ts';
import type { ClientTls } from './tls-client.ts';

/** Names of the echo endpoints: "a", "b" and "c" answer; "closed" refuses connections. */
export type EndpointName = 'a' | 'b' | 'c' | 'closed';

/** A cluster in short. JSON of the Cluster message (proto names) is merged over what the short form gives. */
export interface CaseCluster {
  readonly endpoints: readonly (EndpointName | ServiceName)[];
  /** h2c to the endpoints. */
  readonly http2?: boolean;
  readonly merge?: JsonObject;
}

export interface CaseRequest {
  /** "GET /path?query". */
  readonly send: string;
  /** Default: "test.example". */
  readonly host?: string;
  /** "name: value"; order and case are kept over HTTP/1. `x-do` tells the endpoint how to behave: see backend/behaviour.ts. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** A body of so many octets. */
  readonly bodyBytes?: number;
  readonly trailers?: readonly string[];
  /** h2c with prior knowledge. */
  readonly http2?: boolean;
  /** Octets as they are, instead of all of the above: HTTP/1 only, "{id}" is the value of `x-case`. Several: written one after another. */
  readonly raw?: string | readonly string[];
  /** All fields of the HEADERS frame as they are, "name: value", pseudo-fields too; `x-case` is added: HTTP/2 only. */
  readonly fields?: readonly string[];
  /** A conversation of bytes, instead of all of the above. */
  readonly talk?: Talk;
  /** Answers awaited on the connection: requests that `raw` pipelines. Default: 1. */
  readonly answers?: number;
  /** Sent once the answer is 101, or 200 to CONNECT; as many octets as this come back as the body. */
  readonly tunnel?: string;
  /** Address of the client; default 127.0.0.1, in whose stead Envoy tells an address of the machine. */
  readonly from?: '127.0.0.2';
  /** The client breaks the connection off after so many milliseconds. */
  readonly leaveAfterMs?: number;
  /** No access log line is awaited: nothing that could be logged begins. */
  readonly unlogged?: boolean;
  /** The client speaks TLS. */
  readonly tls?: ClientTls;
  /** The log has a line for the connection, not for the request: the client closes before the line is awaited. */
  readonly logsAtEnd?: boolean;
  /** Before it is sent: for what comes about by time, such as the end of an ejection. */
  readonly pauseMs?: number;
  /** How often; the outcomes are counted in `see.endpoints`. */
  readonly times?: number;
  /** All `times` at once. */
  readonly parallel?: boolean;
  readonly see: Expected;
  /** What Envoy does instead, in a case with `differs`. */
  readonly envoy?: Expected;
}

/** What is said here must hold on both peers. A header name with undefined must be absent. */
export interface Expected {
  /** 0: the connection was closed without an answer. */
  readonly status?: number;
  /** Of all answers on the connection in order, 1xx too. */
  readonly statuses?: readonly number[];
  /** Code of the RST_STREAM that ended the request, or of GOAWAY. */
  readonly reset?: number;
  /** Of a conversation of bytes. */
  readonly ended?: 'FIN' | 'RST';
  readonly headers?: Readonly<Record<string, string | RegExp | undefined>>;
  readonly body?: string | RegExp;
  readonly trailers?: Readonly<Record<string, string | RegExp | undefined>>;
  /** Who answered; with `times`: the set of who did. */
  readonly endpoint?: EndpointName;
  readonly endpoints?: readonly EndpointName[];
  /** With `times`: how often each status with its flag was seen, as in { '200 -': 1, '503 UO': 2 }. */
  readonly tally?: Readonly<Record<string, number>>;
  /** With `times`: the same endpoint answered all. */
  readonly oneEndpoint?: true;
  /** What the endpoint saw. */
  readonly path?: string;
  readonly method?: string;
  readonly authority?: string;
  readonly upstream?: Readonly<Record<string, string | RegExp | undefined>>;
  readonly upstreamBody?: string;
  readonly upstreamTrailers?: Readonly<Record<string, string | RegExp | undefined>>;
  readonly upstreamProtocol?: '1.1' | '2';
  /** Requests that reached endpoints, mirrors and retries included. */
  readonly attempts?: number;
  /** Access log. */
  readonly flag?: string;
  readonly details?: string | RegExp;
  readonly route?: string;
  /** Of the operators that the case's `log` adds. */
  readonly log?: Readonly<Record<string, string | RegExp | undefined>>;
  /** Milliseconds from the request to the end of the answer. */
  readonly atLeastMs?: number;
  readonly lessThanMs?: number;
}

export interface TrafficCase {
  /** A sentence, unique in the table. */
  readonly name: string;
  /** Routes of one virtual host with domain "*". */
  readonly routes?: readonly JsonObject[];
  /** The whole RouteConfiguration, instead of `routes`. */
  readonly routeConfig?: JsonObject;
  /** Merged over the RouteConfiguration. */
  readonly routeConfigMore?: JsonObject;
  /** Default: "a" to "c", each one endpoint of that name, and "closed". Keys are cluster names; they are made unique a case. */
  readonly clusters?: Readonly<Record<string, CaseCluster>>;
  /** http_filters before the router: name → typed_config with "@type" short (without type.googleapis.com/). */
  readonly filters?: readonly JsonObject[];
  /** Merged over the HTTP connection manager. */
  readonly manager?: JsonObject;
  /** Merged over the listener. */
  readonly listener?: JsonObject;
  /** Further members of the access log's line: name → format. */
  readonly log?: Readonly<Record<string, string>>;
  readonly direction?: 'INBOUND' | 'OUTBOUND';
  readonly requests: readonly CaseRequest[];
  /** Id of the row in docs/reference/differences-from-envoy.md where the peers are wanted to differ; `see` then says what ours does. */
  readonly differs?: string;
  /** Parts of the outcome that are not compared between the peers, with the reason. */
  readonly ignore?: { readonly fields: readonly OutcomeField[]; readonly because: string };
}

export type OutcomeField =
  | 'headers'
  | 'body'
  | 'trailers'
  | 'upstream'
  | 'endpoint'
  | 'attempts'
  | 'flag'
  | 'details'
  | 'route'
  | 'log';
