/** Opens gRPC server streams one after another on several connections. Usage: PORT HOST SECONDS CONNECTIONS STREAMS. Prints {streams, bytes, failed} as JSON. */

import { connect } from 'node:net';
import { createHttp2Client, type Http2StreamSink } from '@weft/http2';

const [port = '', host = '', seconds = '4', connections = '4', streams = '4'] = process.argv.slice(2);
const request = Buffer.from([0, 0, 0, 0, 0]);
const fields = ['content-type', 'application/grpc', 'te', 'trailers'];
const done = { streams: 0, bytes: 0, failed: 0 };
let running = true;

function open(): void {
  const socket = connect(Number(port), '127.0.0.1');
  socket.setNoDelay(true);
  const connection = createHttp2Client({
    now: () => performance.now(),
    output: {
      write: (bytes) => socket.write(bytes),
      requestFlush: () => void setImmediate(() => connection.flush()),
      close: () => void socket.end(),
    },
    sink: {
      onRequest: () => {
        throw new Error('a client gets no requests');
      },
      onSettings() {},
      onGoaway() {},
      onClosed() {},
      onIdle() {},
      onPong() {},
    },
  });
  socket.on('data', (chunk) => connection.receive(chunk));
  socket.on('drain', () => connection.onOutputDrain());
  socket.on('error', () => {
    if (running) done.failed += 1;
  });
  const start = (): void => {
    if (!running) return;
    const head = { method: 'POST', scheme: 'http', authority: host, target: '/bench.Echo/Stream', fields, upgrade: '' };
    const over = (good: boolean): void => {
      if (!running) return;
      if (good) done.streams += 1;
      else done.failed += 1;
      start();
    };
    const sink: Http2StreamSink = {
      onHead() {},
      onInformational() {},
      onData(_bytes, from, to, end) {
        done.bytes += to - from;
        if (end) over(false);
      },
      onTrailers: (trailers) => over(trailers[trailers.indexOf('grpc-status') + 1] === '0'),
      onDrain() {},
      onReset: () => over(false),
    };
    connection.request(head, false, sink).data(request, 0, request.length, true);
  };
  socket.on('connect', () => {
    for (let nth = 0; nth < Number(streams); nth += 1) start();
  });
}

for (let nth = 0; nth < Number(connections); nth += 1) open();
setTimeout(() => {
  running = false;
  process.stdout.write(`${JSON.stringify(done)}\n`, () => process.exit(0));
}, Number(seconds) * 1_000);
