/** A server that is fed octets in parts: what it said to its user, and what it sent. */

import { createHttp2Server } from '../connection.ts';
import type {
  Http2Connection,
  Http2ConnectionOptions,
  Http2ConnectionSink,
  Http2StreamSink,
} from '../connection.types.ts';

/** One end with its output in memory. */
export class Wire {
  readonly sent: Buffer[] = [];
  writes = 0;
  closed: boolean | undefined;
  /** What the next writes return. */
  takes = true;
  nowMs = 0;
  flushesAsked = 0;

  options(): Pick<Http2ConnectionOptions, 'output' | 'now'> {
    return {
      output: {
        write: (bytes) => {
          this.sent.push(Buffer.from(bytes));
          this.writes += 1;
          return this.takes;
        },
        requestFlush: () => {
          this.flushesAsked += 1;
        },
        close: (now) => {
          this.closed = now;
        },
      },
      now: () => this.nowMs,
    };
  }

  /** All that was sent so far. */
  get octets(): Buffer {
    return Buffer.concat(this.sent);
  }
}

/** Feeds a server `octets`, cut before each of `cuts`; it answers each request when it is whole. @returns all that was heard, DATA joined, and all that was sent. */
export function serverTranscript(octets: Buffer, cuts: readonly number[]): { heard: string; sent: Buffer } {
  const wire = new Wire();
  const lines: string[] = [];
  const server: Http2Connection = createHttp2Server({
    ...wire.options(),
    sink: recording(lines),
    extendedConnect: true,
  });
  let from = 0;
  for (const cut of [...cuts, octets.length]) {
    server.receive(Buffer.from(octets.subarray(from, cut)));
    from = cut;
  }
  server.flush();
  return { heard: lines.join('\n'), sent: wire.octets };
}

function recording(lines: string[]): Http2ConnectionSink {
  const nothing = (): void => undefined;
  return {
    onRequest(stream, head, ended): Http2StreamSink {
      const { id } = stream;
      lines.push(`${id} ${JSON.stringify(head)} ${ended}`);
      let body = '';
      const answer = (): void => {
        lines.push(`${id} body ${body}`);
        stream.respond(200, ['x-id', String(id)], false);
        stream.text('done', true);
      };
      if (ended) answer();
      return {
        onHead: nothing,
        onInformational: nothing,
        onData(bytes, at, to, end) {
          body += bytes.toString('latin1', at, to);
          if (end) answer();
        },
        onTrailers(fields) {
          lines.push(`${id} trailers ${JSON.stringify(fields)}`);
          answer();
        },
        onDrain: nothing,
        onReset: (reset) => lines.push(`${id} reset ${JSON.stringify(reset)} after ${body}`),
      };
    },
    onSettings: () => lines.push('settings'),
    onGoaway: (code) => lines.push(`goaway ${code}`),
    onClosed: (code, reason) => lines.push(`closed ${code} ${reason}`),
    onIdle: nothing,
    onPong: nothing,
  };
}
