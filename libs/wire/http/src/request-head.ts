/** A request's head. */

import { joinedValue } from './fields.ts';

/** What the access log calls %PROTOCOL%. */
export type HttpProtocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';

/**
 * How the end of a body is known. 'none': there is no body; 'length': Content-Length; 'chunked': it ends when it ends (chunks in
 * HTTP/1.1, END_STREAM in HTTP/2), trailers may follow; 'close': with the connection, answers over HTTP/1 only.
 */
export type Framing = 'none' | 'length' | 'chunked' | 'close';

/** A request as it may be forwarded: everything in it is valid. Values are latin1 strings. */
export class RequestHead {
  protocol: HttpProtocol = 'HTTP/1.1';
  method = '';
  /** ":scheme" of HTTP/2; empty for HTTP/1. */
  scheme = '';
  /** Host or ":authority" or the target's authority, as it came. */
  authority = '';
  /** Without query; "*" for OPTIONS *, empty for CONNECT. */
  path = '';
  /** Without "?". */
  query = '';
  /** A "?" stood in the target, also when nothing followed it. */
  hasQuery = false;
  /** Absolute form was used. */
  absolute = false;
  /**
   * Flat: name in lower case, value. Without Host, Connection and what it names, Keep-Alive, Proxy-Connection, Upgrade,
   * Transfer-Encoding, Expect and TE (but "trailers"); with Content-Length, which is valid and agrees with `framing`.
   * Cookie fields of HTTP/2 are one field.
   */
  readonly fields: string[] = [];
  framing: Framing = 'none';
  /** For framing 'length'. */
  contentLength = 0;
  /** The client wants to use the connection again; always true for HTTP/2. */
  keepAlive = true;
  expectContinue = false;
  /** Value of Upgrade where Connection asks for it, ":protocol" of an extended CONNECT (RFC 8441; the method is then GET); empty: none. */
  upgrade = '';
  /** The Connection field that asked for the upgrade, as it came; empty: none. */
  upgradeConnection = '';
  /** Bytes of the head as it came. */
  bytes = 0;

  /** @param name in lower case. Several fields of a name come joined with ",". */
  header(name: string): string | undefined {
    return name === 'host' ? this.authority : joinedValue(this.fields, name);
  }
}
