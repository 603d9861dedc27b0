/** Sends the probes of health checks over the upstream pools and the dialer, as requests go: the same TLS, the same codecs. */

import type { ProbeAnswer, ProbeRequest, ProbeSender } from '@weft/data-health';
import type { Endpoint } from '@weft/data-runtime';
import type { Dialer, UpstreamClient, UpstreamPools, UpstreamStream, Waiter } from '@weft/data-upstream';
import type { HttpProtocol, ResponseHead } from '@weft/http';
import type { Cancel } from '@weft/kernel';
import { encodeProxyHeader } from '@weft/proxy-protocol';

export interface ProbeSenderOptions {
  readonly pools: UpstreamPools;
  readonly dialer: Dialer;
}

type Done = (answer: ProbeAnswer | { readonly failure: string }) => void;

export function createProbeSender({ pools, dialer }: ProbeSenderOptions): ProbeSender {
  return {
    request(cluster, endpoint, request, done) {
      const client = new ProbeClient(endpoint, request, done);
      const protocol: HttpProtocol = cluster.http.protocol === 'http2' ? 'HTTP/2' : 'HTTP/1.1';
      const waiter = pools.acquire(cluster, endpoint, client, {
        protocol,
        priority: 'default',
        exclusive: false,
        authority: request.authority,
        proxyHeader: headerOf(cluster.proxyProtocol),
      });
      return () => client.cancel(waiter);
    },
    connect(cluster, endpoint, send, onConnected, onData, onFailed) {
      let close: Cancel = () => {};
      const giveUp = dialer.dial(
        endpoint,
        cluster.connectTimeoutMs,
        (wire) => {
          close = () => wire.destroy();
          wire.sink = {
            onData,
            onEnd: () => onFailed('the connection was closed'),
            onDrain() {},
            onClose: () => onFailed(wire.errorCode || 'the connection was closed'),
          };
          if (send !== undefined) wire.write(Buffer.from(send));
          onConnected();
        },
        (_code, reason) => onFailed(reason),
        { proxyHeader: headerOf(cluster.proxyProtocol) },
      );
      return () => {
        giveUp();
        close();
      };
    },
  };
}

/** Says that the connection is the proxy's own: UNKNOWN, LOCAL. */
function headerOf(version: 1 | 2 | undefined): Buffer | undefined {
  return version === undefined ? undefined : Buffer.from(encodeProxyHeader(version, '', ''));
}

/** One probe on its way. */
class ProbeClient implements UpstreamClient {
  readonly #endpoint: Endpoint;
  readonly #request: ProbeRequest;
  #done: Done | undefined;
  #stream: UpstreamStream | undefined;
  #status = 0;
  #fields: readonly string[] = [];
  #body: Buffer = Buffer.alloc(0);

  constructor(endpoint: Endpoint, request: ProbeRequest, done: Done) {
    this.#endpoint = endpoint;
    this.#request = request;
    this.#done = done;
  }

  cancel(waiter: Waiter | undefined): void {
    if (this.#done === undefined) return;
    this.#done = undefined;
    if (this.#stream === undefined) waiter?.cancel();
    else this.#stream.reset();
  }

  onUpstreamReady(stream: UpstreamStream): void {
    // Cancelled in the same turn.
    if (this.#done === undefined) {
      stream.reset();
      return;
    }
    this.#stream = stream;
    const { method, authority, target, fields, body } = this.#request;
    const scheme = this.#endpoint.tls === undefined ? 'http' : 'https';
    stream.send(
      { method, scheme, authority, target, fields, chunked: false, upgrade: '', introduction: '' },
      body.length === 0 ? undefined : body,
      0,
      body.length,
      true,
    );
  }

  onUpstreamFailed(_code: unknown, _reset: unknown, reason: string): void {
    this.#finish({ failure: reason });
  }

  onUpstreamInformational(): void {}

  onUpstreamHead(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): void {
    this.#status = head.status;
    // The head is used again for the next answer of the connection.
    this.#fields = [...head.fields];
    if (head.status === 101) {
      this.#stream?.reset();
      this.#finish({ failure: 'the endpoint switched protocols' });
    } else this.onUpstreamBody(bytes, from, to, end);
  }

  onUpstreamBody(bytes: Buffer, from: number, to: number, end: boolean): void {
    const room = this.#request.bodyBytesMax - this.#body.length;
    if (room > 0 && to > from)
      this.#body = Buffer.concat([this.#body, bytes.subarray(from, Math.min(to, from + room))]);
    if (end) this.#answer([]);
  }

  onUpstreamTrailers(fields: string[]): void {
    this.#answer(fields);
  }

  onUpstreamDrain(): void {}

  onUpstreamReset(_code: unknown, _reset: unknown, _unprocessed: boolean, detail: string): void {
    this.#finish({ failure: detail || 'the connection was closed' });
  }

  #answer(trailers: readonly string[]): void {
    this.#finish({ status: this.#status, fields: this.#fields, trailers, body: this.#body });
  }

  #finish(answer: ProbeAnswer | { readonly failure: string }): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(answer);
  }
}
