/** What a client's connection is told of and tells to the handler that holds it. */

import type { ConnectionInfo } from '@weft/data-runtime';
import type { Sweeper } from '@weft/data-upstream';
import type { HttpContext } from '../http-context.ts';

/** An accepted connection, whatever version of HTTP it speaks. */
export interface ClientConnection {
  /** Ends it when nothing is under way; what is under way ends it later. @param spareIdle an idle one of HTTP/1 ends with its next answer only. */
  drain(spareIdle?: boolean): void;
  /** Closes it now. */
  destroy(): void;
}

export interface ConnectionOwner {
  readonly sweeper: Sweeper;
  readonly draining: boolean;
  onConnectionClosed(connection: ClientConnection): void;
}

/** What both codecs are made with. */
export interface AcceptedConnection {
  readonly owner: ConnectionOwner;
  readonly context: HttpContext;
  readonly info: ConnectionInfo;
}
