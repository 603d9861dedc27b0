/** A plain server for conformance runs and tests of interworking: answers when the request is whole, with its body. */

import net from 'node:net';
import type { RequestHead } from '@weft/http';
import { createHttp2Server } from '../connection.ts';
import type { Http2ConnectionSink, Http2Reset, Http2Stream, Http2StreamSink } from '../connection.types.ts';
import { attachSocket } from './socket.ts';

const nothing = (): void => undefined;

/** Sends back what comes, as it comes; holds the sender back while it does not leave. */
class Echo implements Http2StreamSink {
  readonly #stream: Http2Stream;

  constructor(stream: Http2Stream) {
    this.#stream = stream;
  }

  onHead = nothing;
  onInformational = nothing;

  onData(bytes: Buffer, from: number, to: number, end: boolean): void {
    if (!this.#stream.data(bytes, from, to, end)) this.#stream.pause();
  }

  onTrailers(fields: string[]): void {
    this.#stream.trailers(fields);
  }

  onDrain(): void {
    this.#stream.resume();
  }

  onReset(_reset: Http2Reset): void {}
}

/** Answers each request: its fields with "x-" come back, its body and its trailers too; "nothing came" where it has none. */
export const echoSink: Http2ConnectionSink = {
  onRequest(stream: Http2Stream, head: RequestHead, ended: boolean): Http2StreamSink {
    const fields = ['content-type', 'text/plain', 'x-path', head.path, 'x-method', head.method];
    for (let i = 0; i < head.fields.length; i += 2) {
      const name = head.fields[i] as string;
      if (name.startsWith('x-') || name === 'cookie') fields.push(name, head.fields[i + 1] as string);
    }
    stream.respond(200, fields, head.method === 'HEAD');
    if (ended && head.method !== 'HEAD') stream.text('nothing came', true);
    return new Echo(stream);
  },
  onSettings: nothing,
  onGoaway: nothing,
  onClosed: nothing,
  onIdle: nothing,
  onPong: nothing,
};

/** @returns a server that listens on a free port of the loopback. */
export function startEchoServer(sink: Http2ConnectionSink = echoSink, port = 0): Promise<net.Server> {
  const server = net.createServer((socket) => {
    attachSocket(socket, (options) => createHttp2Server({ ...options, sink, extendedConnect: true }));
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
