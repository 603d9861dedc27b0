/** A connection that was taken for a tunnel, in the clothes of a stream: whatever the two sides speak, a tunnel is body both ways. */

import type { Endpoint } from '@weft/data-runtime';
import type { UpstreamClient, UpstreamStream, Wire, WireSink } from '@weft/data-upstream';
import type { HttpProtocol } from '@weft/http';

const nothing = Buffer.alloc(0);

export class TunnelStream implements UpstreamStream, WireSink {
  readonly endpoint: Endpoint;
  readonly protocol: HttpProtocol = 'HTTP/1.1';
  readonly localAddress: string;
  readonly peerUri: string | undefined;
  readonly reused = false;
  readonly #wire: Wire;
  readonly #stream: UpstreamStream;
  #client: UpstreamClient | undefined;
  #sentAll = false;
  #over = false;

  /** @param stream whose wire it was: told when the tunnel is over. */
  constructor(wire: Wire, stream: UpstreamStream, client: UpstreamClient) {
    this.#wire = wire;
    this.#stream = stream;
    this.#client = client;
    this.endpoint = stream.endpoint;
    this.localAddress = stream.localAddress;
    this.peerUri = stream.peerUri;
    wire.sink = this;
    wire.resume();
  }

  send(): boolean {
    return true;
  }

  body(bytes: Buffer, from: number, to: number, end: boolean): boolean {
    const room = from === to || this.#wire.writePart('', bytes, from, to, '');
    if (end && !this.#sentAll) {
      this.#sentAll = true;
      this.#wire.end();
    }
    return room;
  }

  trailers(): void {
    this.body(nothing, 0, 0, true);
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  reset(): void {
    this.#client = undefined;
    // Where both sides have ended, what was written still goes out before the socket closes by itself.
    if (this.#wire.ended && this.#sentAll) this.#wire.resume();
    else {
      // What was cut short must not look whole.
      this.#wire.reset?.();
      this.#wire.destroy();
    }
    this.finishTunnel();
  }

  takeWire(): undefined {
    return undefined;
  }

  finishTunnel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.finishTunnel();
  }

  onData(chunk: Buffer): void {
    this.#client?.onUpstreamBody(chunk, 0, chunk.length, false);
  }

  onEnd(): void {
    this.#client?.onUpstreamBody(nothing, 0, 0, true);
  }

  onDrain(): void {
    this.#client?.onUpstreamDrain();
  }

  onClose(): void {
    const client = this.#client;
    this.#client = undefined;
    this.finishTunnel();
    client?.onUpstreamReset('upstream_closed', 'connection_termination', false, this.#wire.errorCode);
  }
}
