/** What a request tells an echo endpoint to do: `x-do: status=503; times=1; delay=100`. */

export interface Behaviour {
  /** Status of the answer; default 200. */
  status: number;
  /** Only the first so many requests of a case behave so, the others are answered with 200. */
  times: number;
  /** Milliseconds before the answer. */
  delayMs: number;
  /** RST, or FIN, before a byte of the answer. */
  end: 'reset' | 'close' | undefined;
  /** Breaks off after the head and a few octets of a longer body. */
  cut: boolean;
  /** Answers with so many octets instead of the echo. */
  bodyBytes: number | undefined;
  /** Flat. */
  headers: string[];
  trailers: string[];
  /** grpc-status as trailer, or in the head where `grpcHead`. */
  grpcStatus: string | undefined;
  grpcHead: boolean;
  /** 1xx before the answer. */
  informational: number | undefined;
  /** Octets instead of the answer, HTTP/1 only: base64url, see `rawAnswer`. */
  raw: string | undefined;
  /** The connection ends after the octets. */
  rawEnd: boolean;
  /** No content-length. */
  chunked: boolean;
  /** A final answer where 100 Continue was expected. */
  noContinue: boolean;
  /** Only this endpoint behaves so. */
  only: string | undefined;
}

/** The header field that makes an endpoint write octets as they are, and then close where `end`. */
export function rawAnswer(octets: string, end = false): string {
  return `x-do: ${end ? 'raw-end' : 'raw'}=${Buffer.from(octets, 'latin1').toString('base64url')}`;
}

/** @throws Error for a word that is not known: a typing error in a case must not pass. */
export function parseBehaviour(text: string | undefined): Behaviour {
  const behaviour: Behaviour = {
    status: 200,
    times: Number.POSITIVE_INFINITY,
    delayMs: 0,
    end: undefined,
    cut: false,
    bodyBytes: undefined,
    headers: [],
    trailers: [],
    grpcStatus: undefined,
    grpcHead: false,
    informational: undefined,
    raw: undefined,
    rawEnd: false,
    chunked: false,
    noContinue: false,
    only: undefined,
  };
  for (const part of (text ?? '').split(';')) {
    const [word = '', value = ''] = splitOnce(part.trim(), '=');
    if (word !== '') apply(behaviour, word, value);
  }
  return behaviour;
}

function apply(behaviour: Behaviour, word: string, value: string): void {
  switch (word) {
    case 'status':
      behaviour.status = Number(value);
      return;
    case 'times':
      behaviour.times = Number(value);
      return;
    case 'delay':
      behaviour.delayMs = Number(value);
      return;
    case 'reset':
    case 'close':
      behaviour.end = word;
      return;
    case 'cut':
      behaviour.cut = true;
      return;
    case 'body':
      behaviour.bodyBytes = Number(value);
      return;
    case 'header':
      behaviour.headers.push(...splitOnce(value, ':'));
      return;
    case 'trailer':
      behaviour.trailers.push(...splitOnce(value, ':'));
      return;
    case 'grpc':
      behaviour.grpcStatus = value;
      return;
    case 'grpc-head':
      behaviour.grpcStatus = value;
      behaviour.grpcHead = true;
      return;
    case 'informational':
      behaviour.informational = Number(value);
      return;
    case 'raw':
    case 'raw-end':
      behaviour.raw = Buffer.from(value, 'base64url').toString('latin1');
      behaviour.rawEnd = word === 'raw-end';
      return;
    case 'chunked':
      behaviour.chunked = true;
      return;
    case 'no-continue':
      behaviour.noContinue = true;
      return;
    case 'only':
      behaviour.only = value;
      return;
    default:
      throw new Error(`x-do: ${word} is not known`);
  }
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
