/** Tells HTTP/2 with prior knowledge from HTTP/1 by a client's first octets. */

import type { Swept, Wire, WireSink } from '@weft/data-upstream';
import { preface } from '@weft/http2';
import { httpLimits } from '../limits.ts';
import type { AcceptedConnection, ClientConnection, ConnectionOwner } from './connection-owner.ts';

export class PrefaceSniffer implements WireSink, Swept, ClientConnection {
  readonly #wire: Wire;
  readonly #owner: ConnectionOwner;
  readonly #idleMs: number;
  readonly #decide: (http2: boolean) => ClientConnection;
  readonly #openedAtMs: number;
  #held: Buffer | undefined;
  #over = false;

  /** @param decide makes the connection that takes the wire over. */
  constructor(wire: Wire, { owner, context }: AcceptedConnection, decide: (http2: boolean) => ClientConnection) {
    this.#wire = wire;
    this.#owner = owner;
    this.#idleMs = context.table.idleTimeoutMs || httpLimits.idleTimeoutMs;
    this.#decide = decide;
    this.#openedAtMs = context.clock.monotonic();
    wire.sink = this;
    owner.sweeper.add(this);
  }

  drain(spareIdle = false): void {
    if (!spareIdle) this.destroy();
  }

  destroy(): void {
    if (this.#over) return;
    this.#wire.destroy();
    this.onClose();
  }

  onData(chunk: Buffer): void {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const length = Math.min(bytes.length, preface.length);
    const same = bytes.compare(preface, 0, length, 0, length) === 0;
    if (same && length < preface.length) {
      // At most one octet less than the preface.
      this.#held = Buffer.from(bytes);
      return;
    }
    this.#leave();
    this.#decide(same);
    this.#owner.onConnectionClosed(this);
    this.#wire.sink.onData(bytes);
  }

  onEnd(): void {
    this.destroy();
  }

  onDrain(): void {}

  onClose(): void {
    if (this.#over) return;
    this.#leave();
    this.#owner.onConnectionClosed(this);
  }

  onSweep(nowMs: number): void {
    const limitMs = this.#held === undefined ? this.#idleMs : httpLimits.requestHeadTimeoutMs;
    if (nowMs - this.#openedAtMs >= limitMs) this.destroy();
  }

  #leave(): void {
    this.#over = true;
    this.#owner.sweeper.remove(this);
  }
}
