/** Reads HTTP/1.1 messages of either direction with no code of the sidecar: a second opinion on what it writes. */

/** How a body ends: its length, or one of these. */
export const bodyForm = { chunked: -1, toTheEnd: -2, raw: -3 } as const;

export interface MessageSink {
  /** @param line without CRLF. @param fields names in lower case; several of one name joined with ",". @returns the length of the body, or a `bodyForm`. */
  onHead(line: string, fields: ReadonlyMap<string, string>): number;
  onBody(bytes: Buffer, from: number, to: number): void;
  onMessageEnd(trailers: ReadonlyMap<string, string>): void;
  /** What came is no message. */
  onNonsense(what: string): void;
}

type State = 'head' | 'body' | 'size' | 'chunk' | 'chunk-end' | 'trailers' | 'broken';

const lineBytesMax = 100_000;
const noFields: ReadonlyMap<string, string> = new Map();

export class MessageReader {
  readonly #sink: MessageSink;
  #state: State = 'head';
  #text = '';
  #left = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** A message has begun and is not over. */
  get inside(): boolean {
    return this.#state !== 'head' || this.#text !== '';
  }

  /** Its body ends with the connection. */
  get endsWithConnection(): boolean {
    return this.#state === 'body' && this.#left === bodyForm.toTheEnd;
  }

  receive(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && this.#state !== 'broken') {
      at = this.#state === 'body' || this.#state === 'chunk' ? this.#readBody(bytes, at) : this.#readText(bytes, at);
    }
  }

  /** The other end sends no more. */
  end(): void {
    if (this.endsWithConnection) this.#finish(noFields);
  }

  #readBody(bytes: Buffer, from: number): number {
    const endless = this.#left < 0;
    const to = endless ? bytes.length : Math.min(bytes.length, from + this.#left);
    this.#sink.onBody(bytes, from, to);
    if (endless) return to;
    this.#left -= to - from;
    if (this.#left > 0) return to;
    if (this.#state === 'chunk') this.#state = 'chunk-end';
    else this.#finish(noFields);
    return to;
  }

  /** Lines of a head, of a chunk's size, of trailers. */
  #readText(bytes: Buffer, from: number): number {
    const feed = bytes.indexOf(10, from);
    const to = feed < 0 ? bytes.length : feed + 1;
    this.#text += bytes.latin1Slice(from, to);
    if (this.#text.length > lineBytesMax) this.#break('a line without an end');
    else if (feed >= 0) this.#readLine();
    return to;
  }

  #readLine(): void {
    const text = this.#text;
    if (!text.endsWith('\r\n')) {
      this.#break(`a bare LF in ${JSON.stringify(text.slice(0, 80))}`);
      return;
    }
    switch (this.#state) {
      case 'head':
        if (!text.endsWith('\r\n\r\n')) return;
        this.#text = '';
        this.#readHead(text);
        return;
      case 'size': {
        this.#text = '';
        if (!/^[0-9a-f]{1,8}\r\n$/.test(text)) {
          this.#break(`a chunk's size is ${JSON.stringify(text.slice(0, 80))}`);
          return;
        }
        this.#left = Number.parseInt(text, 16);
        this.#state = this.#left === 0 ? 'trailers' : 'chunk';
        return;
      }
      case 'chunk-end':
        this.#text = '';
        if (text !== '\r\n') this.#break('a chunk is longer than it says');
        else this.#state = 'size';
        return;
      default:
        if (text !== '\r\n' && !text.endsWith('\r\n\r\n')) return;
        this.#text = '';
        this.#finish(text === '\r\n' ? noFields : fieldsOf(text.split('\r\n')));
    }
  }

  #readHead(text: string): void {
    const lines = text.split('\r\n');
    const line = lines.shift() as string;
    const form = this.#sink.onHead(line, fieldsOf(lines));
    if (form === 0) this.#finish(noFields);
    else if (form === bodyForm.chunked) this.#state = 'size';
    else {
      this.#state = 'body';
      this.#left = form;
    }
  }

  #finish(trailers: ReadonlyMap<string, string>): void {
    this.#state = 'head';
    this.#sink.onMessageEnd(trailers);
  }

  #break(what: string): void {
    this.#state = 'broken';
    this.#sink.onNonsense(what);
  }
}

function fieldsOf(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : `${known},${value}`);
  }
  return fields;
}
