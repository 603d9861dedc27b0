/** What a connection tells the lane that holds it. */

import type { Wire } from './wire.ts';

export interface ConnectionOwner<Connection> {
  /** HTTP/2: it may take another request now. */
  onRoom(): void;
  /** A request's account is closed HTTP/1: and the connection may serve another. */
  onReleased(connection: Connection): void;
  /** It will not be used again. @param lent HTTP/1: a request had it. */
  onGone(connection: Connection, lent: boolean): void;
  /** A wire that was ended: it is destroyed where it does not close by itself in time. */
  linger(wire: Wire): void;
}
