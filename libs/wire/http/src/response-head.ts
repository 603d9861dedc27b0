/** An answer's head. */

import { joinedValue } from './fields.ts';
import type { Framing } from './request-head.ts';

/** An answer as it may be forwarded. */
export class ResponseHead {
  status = 0;
  /** Reason phrase of HTTP/1; empty for HTTP/2. */
  reason = '';
  /** HTTP/1.0: its body may end with the connection and it has no chunks. */
  old = false;
  /** Flat: name in lower case, value. Without Connection and what it names, Keep-Alive, Proxy-Connection, Upgrade, Transfer-Encoding. */
  readonly fields: string[] = [];
  framing: Framing = 'close';
  /** For framing 'length'. */
  contentLength = 0;
  keepAlive = true;
  /** Seconds that the server says it keeps the idle connection (Keep-Alive: timeout=N); 0: not said. */
  keepAliveSeconds = 0;
  upgrade = '';
  /** Bytes of the head as it came. */
  bytes = 0;

  header(name: string): string | undefined {
    return joinedValue(this.fields, name);
  }
}
