/** A client of the pools that writes down what it is told. */

import type { ResponseHead } from '@weft/http';
import type { OutgoingHead, UpstreamClient, UpstreamStream } from '../upstream-stream.ts';

export function outgoing(changes: Partial<OutgoingHead> = {}): OutgoingHead {
  return {
    method: 'GET',
    scheme: 'http',
    authority: 'a.test',
    target: '/',
    fields: [],
    chunked: false,
    upgrade: '',
    introduction: '',
    ...changes,
  };
}

export class RecordingClient implements UpstreamClient {
  stream: UpstreamStream | undefined;
  /** "head 200 abc", "body abc", "trailers a=b", "end", "reset …", "failed …", "inform 103", "drain". */
  readonly told: string[] = [];
  head: ResponseHead | undefined;
  readonly #onReady: (stream: UpstreamStream) => void;
  #waiters: { readonly until: (told: readonly string[]) => boolean; readonly resolve: () => void }[] = [];

  /** @param onReady what it does with a stream; nothing: it waits for the test. */
  constructor(onReady: (stream: UpstreamStream) => void = () => {}) {
    this.#onReady = onReady;
  }

  /** Resolves when the answer has ended in whatever way. */
  over(): Promise<void> {
    return this.until((told) => /^(?:end|reset|failed)/.test(told.at(-1) ?? ''));
  }

  until(until: (told: readonly string[]) => boolean): Promise<void> {
    if (until(this.told)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ until, resolve });
    });
  }

  /** The parts of the body, joined. */
  get body(): string {
    const parts = this.told.filter((entry) => /^(?:head \d+|body)/.test(entry));
    return parts.map((entry) => entry.replace(/^(?:head \d+|body) ?/, '')).join('');
  }

  onUpstreamReady(stream: UpstreamStream): void {
    this.stream = stream;
    this.#onReady(stream);
    this.#tell('ready');
  }

  onUpstreamFailed(code: string, reset: string, reason: string): void {
    this.#tell(`failed ${code} ${reset} ${reason}`);
  }

  onUpstreamInformational(head: ResponseHead): void {
    this.#tell(`inform ${head.status}`);
  }

  onUpstreamHead(head: ResponseHead, bytes: Buffer, from: number, to: number, end: boolean): void {
    this.head = head;
    this.#tell(`head ${head.status} ${bytes.toString('latin1', from, to)}`.trimEnd());
    if (end) this.#tell('end');
  }

  onUpstreamBody(bytes: Buffer, from: number, to: number, end: boolean): void {
    if (to > from) this.#tell(`body ${bytes.toString('latin1', from, to)}`);
    if (end) this.#tell('end');
  }

  onUpstreamTrailers(fields: string[]): void {
    this.#tell(`trailers ${fields.join()}`);
    this.#tell('end');
  }

  onUpstreamDrain(): void {
    this.#tell('drain');
  }

  onUpstreamReset(code: string, reset: string, unprocessed: boolean, detail: string): void {
    this.#tell(`reset ${code} ${reset}${unprocessed ? ' unprocessed' : ''} ${detail}`.trimEnd());
  }

  #tell(entry: string): void {
    this.told.push(entry);
    this.#waiters = this.#waiters.filter(({ until, resolve }) => {
      const done = until(this.told);
      if (done) resolve();
      return !done;
    });
  }
}
