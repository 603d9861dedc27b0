/** A gRPC server of the benchmark on this repository's own codec: unary answers 20 bytes, a stream sends 1,000 messages of 1 KB. Prints its port. */

import { createServer } from 'node:net';
import type { RequestHead } from '@weft/http';
import { createHttp2Server, type Http2Stream, type Http2StreamSink } from '@weft/http2';

const messages = 1_000;
const answerFields = ['content-type', 'application/grpc'];
const okTrailers = ['grpc-status', '0'];

function message(bytes: number): Buffer {
  const framed = Buffer.alloc(5 + bytes, 0x78);
  framed[0] = 0;
  framed.writeUInt32BE(bytes, 1);
  return framed;
}

const small = message(20);
const large = message(1_024);

/** Answers when the request is whole; a stream sends as long as there is room. */
function sinkOf(stream: Http2Stream, head: RequestHead): Http2StreamSink {
  const streaming = head.path.endsWith('/Stream');
  let sent = 0;
  const pump = (): void => {
    let room = true;
    while (room && sent < messages) {
      sent += 1;
      room = stream.data(large, 0, large.length, false);
    }
    if (sent === messages) {
      sent += 1;
      stream.trailers(okTrailers);
    }
  };
  const answer = (): void => {
    stream.respond(200, answerFields, false);
    if (streaming) {
      pump();
      return;
    }
    stream.data(small, 0, small.length, false);
    stream.trailers(okTrailers);
  };
  return {
    onHead() {},
    onInformational() {},
    onData(_bytes, _from, _to, end) {
      if (end) answer();
    },
    onTrailers: answer,
    onDrain: pump,
    onReset() {
      sent = messages + 1;
    },
  };
}

const server = createServer({ noDelay: true }, (socket) => {
  const connection = createHttp2Server({
    maxConcurrentStreams: 1_000,
    now: () => performance.now(),
    output: {
      write: (bytes) => socket.write(bytes),
      requestFlush: () => void setImmediate(() => connection.flush()),
      close: () => void socket.end(),
    },
    sink: {
      onRequest: (stream, head) => sinkOf(stream, head),
      onSettings() {},
      onGoaway() {},
      onClosed: () => void socket.end(),
      onIdle() {},
      onPong() {},
    },
  });
  socket.on('data', (chunk) => connection.receive(chunk));
  socket.on('drain', () => connection.onOutputDrain());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.receiveEnd('closed'));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
