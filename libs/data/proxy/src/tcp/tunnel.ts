/** A tunnel through an HTTP/1.1 proxy: CONNECT on a connection before anything else (RFC 9110 section 9.3.6; tunneling_config). */

import { deafSink, type Wire } from '@weft/data-upstream';
import { HeadReader, headIncomplete, headViolated, parseResponseHead } from '@weft/http1';
import type { Cancel } from '@weft/kernel';

/**
 * @param host "10.0.0.1:443" or a name with its port. @param done called once: why there is no tunnel, or nothing and what came behind the
 * answer already. The wire is paused then.
 */
export function openTunnel(
  wire: Wire,
  host: string,
  done: (reason: string | undefined, early: Buffer) => void,
): Cancel {
  const reader = new HeadReader();
  const none = Buffer.alloc(0);
  const finish = (reason: string | undefined, early: Buffer): void => {
    wire.sink = deafSink;
    wire.pause();
    done(reason, early);
  };
  wire.sink = {
    ...deafSink,
    onData(chunk) {
      const end = reader.feed(chunk, 0);
      if (end === headIncomplete) return;
      const head = end === headViolated ? undefined : parseResponseHead(reader.bytes, reader.start, end, 'CONNECT');
      if (head === undefined || typeof head === 'string') finish('the proxy does not answer in HTTP/1.1', none);
      else if (head.status < 200 || head.status > 299) finish(`the proxy answers CONNECT with ${head.status}`, none);
      else finish(undefined, Buffer.from(reader.bytes.subarray(end, reader.limit)));
    },
    onEnd: () => finish('the proxy closed the connection', none),
    onClose: () => finish('the proxy closed the connection', none),
  };
  wire.write(`CONNECT ${host} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  wire.resume();
  return () => wire.destroy();
}
