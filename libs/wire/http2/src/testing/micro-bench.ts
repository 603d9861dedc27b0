/** A micro benchmark of both ends without sockets: gRPC-like calls, 16 at a time. Run by hand, never by a test. */

import { createHttp2Client, createHttp2Server } from '../connection.ts';
import type { Http2Connection, Http2ConnectionSink, Http2Stream, Http2StreamSink } from '../connection.types.ts';

const nothing = (): void => undefined;
const message = Buffer.alloc(105, 7);

/** Two ends back to back: what one writes the other reads in the next round. */
export function linkEnds(
  clientSink: Http2ConnectionSink,
  serverSink: Http2ConnectionSink,
): { client: Http2Connection; server: Http2Connection; turn: () => boolean } {
  const toServer: Buffer[] = [];
  const toClient: Buffer[] = [];
  const output = (into: Buffer[]) => ({
    write: (bytes: Buffer) => into.push(bytes) > 0,
    requestFlush: nothing,
    close: nothing,
  });
  const now = (): number => performance.now();
  const client = createHttp2Client({ output: output(toServer), sink: clientSink, now });
  const server = createHttp2Server({ output: output(toClient), sink: serverSink, now });
  const turn = (): boolean => {
    client.flush();
    for (const bytes of toServer) server.receive(bytes);
    toServer.length = 0;
    server.flush();
    const moved = toClient.length > 0;
    for (const bytes of toClient) client.receive(bytes);
    toClient.length = 0;
    return moved;
  };
  return { client, server, turn };
}

/** @returns microseconds per call, both ends together. */
export function measureCalls(calls: number): number {
  let answered = 0;
  const sink = { onSettings: nothing, onGoaway: nothing, onClosed: nothing, onIdle: nothing, onPong: nothing };
  const serverSink: Http2ConnectionSink = {
    ...sink,
    onRequest(stream: Http2Stream): Http2StreamSink {
      return {
        onHead: nothing,
        onInformational: nothing,
        onData(_bytes, _from, _to, end) {
          if (!end) return;
          stream.respond(200, answerFields, false);
          stream.data(message, 0, message.length, false);
          stream.trailers(trailerFields);
        },
        onTrailers: nothing,
        onDrain: nothing,
        onReset: nothing,
      };
    },
  };
  const clientSink: Http2ConnectionSink = { ...sink, onRequest: () => callSink };
  const callSink: Http2StreamSink = {
    onHead: nothing,
    onInformational: nothing,
    onData: nothing,
    onTrailers() {
      answered += 1;
    },
    onDrain: nothing,
    onReset: nothing,
  };
  const { client, turn } = linkEnds(clientSink, serverSink);
  turn();
  const started = performance.now();
  for (let call = 0; call < calls; call += 16) {
    for (let i = 0; i < 16; i += 1) {
      const head = {
        method: 'POST',
        scheme: 'http',
        authority: 'inventory.shop:8080',
        target: '/shop.v1.Inventory/Reserve',
        fields: [
          'content-type',
          'application/grpc',
          'te',
          'trailers',
          'user-agent',
          'bench',
          'x-request-id',
          `id-${call + i}-6f1de2a`,
        ],
        upgrade: '',
      };
      client.request(head, false, callSink).data(message, 0, message.length, true);
    }
    while (turn());
  }
  const elapsed = performance.now() - started;
  if (answered < calls) throw new Error(`${answered} of ${calls} calls were answered`);
  return (elapsed * 1_000) / calls;
}

const answerFields = ['content-type', 'application/grpc', 'server', 'bench', 'date', 'Sat, 21 Nov 2026 14:00:00 GMT'];
const trailerFields = ['grpc-status', '0'];
