/** What the seed makes of a scenario: who speaks what, what is configured, what goes wrong and when. */

import { retryOnBits } from '@weft/data-runtime';
import type { Random } from '@weft/kernel';
import { makeWeather, type Weather } from '../network/weather.ts';
import { bodyBytesMax } from './bodies.ts';

export type Hop = 'http1' | 'http2' | 'weft-h2' | 'downstream';

/** What an application does with one arrival. */
export interface AnswerPlan {
  readonly kind:
    | 'answer'
    | 'early'
    | 'silent'
    | 'close-before'
    | 'reset-before'
    | 'cut'
    | 'refuse'
    | 'goaway'
    | 'goaway-after'
    /** Closes after the answer and does not say so. */
    | 'close-after'
    /** Octets follow the answer that nobody asked for. */
    | 'more'
    /** SETTINGS in the middle of it. */
    | 'settings';
  readonly status: number;
  readonly delayMs: number;
  readonly bodyLength: number;
  readonly framing: 'length' | 'chunked' | 'close';
  readonly trailers: boolean;
  readonly informational: boolean;
  /** `connection: close`, or the end of the connection after it. */
  readonly closes: boolean;
  /** Pieces that the body is written in. */
  readonly pieces: number;
  readonly gapMs: number;
}

export interface RequestPlan {
  readonly method: string;
  readonly bodyLength: number;
  readonly chunked: boolean;
  readonly trailers: boolean;
  readonly idempotent: boolean;
  readonly upgrade: boolean;
  /** A gRPC request: what a sidecar answers itself is an answer of gRPC. */
  readonly grpc: boolean;
  /** Expect: 100-continue; the client does not wait for it. */
  readonly expects: boolean;
  readonly pieces: number;
  readonly gapMs: number;
  /** When after the one before it; 0: with it (pipelined). */
  readonly afterMs: number;
  /** The client goes away, or resets the stream, so long after its first octet; -1: it does not. */
  readonly giveUpMs: number;
  /** It reads nothing for so long once the answer's head came. */
  readonly slowMs: number;
}

export interface ClientPlan {
  readonly http2: boolean;
  readonly startMs: number;
  readonly requests: readonly RequestPlan[];
  /** FIN right after the last request. */
  readonly halfCloses: boolean;
  readonly window: number;
  /** HTTP/2: every so often SETTINGS with another window, PINGs and WINDOW_UPDATEs; 0: never. */
  readonly restlessMs: number;
}

export interface Mishap {
  readonly atMs: number;
  readonly kind:
    | 'cut'
    | 'drain-a'
    | 'drain-b'
    | 'forget'
    | 'other-endpoint'
    | 'app-leaves'
    | 'app-goaway'
    | 'new-tls'
    | 'new-cluster';
}

export interface FilterPlan {
  readonly waits: boolean;
  readonly reads: boolean;
  readonly transforms: boolean;
  readonly refuses: boolean;
}

export interface ScenarioPlan {
  readonly weather: Weather;
  readonly hop: Hop;
  readonly appHttp2: boolean;
  readonly endpoints: number;
  readonly clients: readonly ClientPlan[];
  readonly mishaps: readonly Mishap[];
  readonly retryOn: number;
  readonly retriesMax: number;
  readonly perTryTimeoutMs: number;
  readonly timeoutMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly bufferBytesMax: number;
  readonly requestsPerConnectionMax: number;
  readonly connectionDurationMaxMs: number;
  readonly idleTimeoutMs: number;
  readonly idleConnectionsMax: number;
  readonly breakerMax: number;
  readonly streamsMax: number;
  readonly tableStreamsMax: number;
  readonly window: number;
  readonly pingIntervalMs: number;
  readonly lateMsMax: number;
  readonly harsh: boolean;
  readonly filters: { readonly a: FilterPlan; readonly b: FilterPlan };
  readonly maxStreamDurationMs: number;
  readonly upstreamDurationMs: number;
  readonly requestTimeoutMs: number;
  readonly perTryIdleTimeoutMs: number;
  /** Odds that an application misbehaves on one arrival. */
  readonly mischief: number;
}

type Pick = <T>(...choices: readonly [T, ...T[]]) => T;

const retryWords = [
  0,
  0,
  retryOnBits.serverError,
  retryOnBits.gatewayError | retryOnBits.connectFailure | retryOnBits.refusedStream,
  retryOnBits.connectFailure | retryOnBits.refusedStream,
  retryOnBits.reset,
  retryOnBits.resetBeforeRequest | retryOnBits.connectFailure,
] as const;

export function makePlan(random: Random): ScenarioPlan {
  const pick: Pick = (...choices) => choices[Math.floor(random() * choices.length)] as (typeof choices)[0];
  const harsh = random() < 0.5;
  const retryOn = pick(...retryWords);
  const mishaps: Mishap[] = [];
  for (let left = pick(0, 0, 1, 2, 4); left > 0; left -= 1) {
    mishaps.push({
      atMs: Math.floor(random() * 400),
      kind: pick(
        'cut',
        'drain-a',
        'drain-b',
        'forget',
        'other-endpoint',
        'app-leaves',
        'app-goaway',
        'new-tls',
        'new-cluster',
      ),
    });
  }
  const tamed = random() < 0.3;
  return {
    weather: makeWeather(random, harsh),
    hop: pick('http1', 'http2', 'weft-h2', 'weft-h2', 'downstream'),
    appHttp2: random() < 0.4,
    endpoints: pick(1, 1, 2, 3),
    clients: Array.from({ length: pick(1, 1, 2, 3, 5) }, () => makeClient(random, pick, tamed)),
    mishaps: tamed ? [] : mishaps,
    retryOn,
    retriesMax: pick(1, 2, 3),
    perTryTimeoutMs: pick(0, 0, 0, 30, 400),
    timeoutMs: pick(3_000, 3_000, 8_000, 100),
    streamIdleTimeoutMs: pick(5_000, 500, 20_000),
    bufferBytesMax: pick(1_048_576, 1_048_576, 20_000, 500),
    requestsPerConnectionMax: pick(0, 0, 0, 1, 3),
    connectionDurationMaxMs: pick(0, 0, 0, 150),
    idleTimeoutMs: pick(0, 0, 200, 2_000),
    idleConnectionsMax: pick(100, 100, 1),
    breakerMax: pick(1_000, 1_000, 1_000, 1, 3),
    streamsMax: pick(100, 100, 1, 2),
    tableStreamsMax: pick(0, 0, 1, 3),
    window: pick(0, 0, 65_535, 2_000, 20_000),
    pingIntervalMs: pick(0, 0, 1_000),
    lateMsMax: pick(0, 1, 20),
    harsh,
    filters: { a: makeFilterPlan(random), b: makeFilterPlan(random) },
    maxStreamDurationMs: pick(0, 0, 0, 0, 150),
    upstreamDurationMs: pick(0, 0, 0, 0, 120),
    requestTimeoutMs: pick(0, 0, 0, 0, 100),
    perTryIdleTimeoutMs: pick(0, 0, 0, 100),
    mischief: tamed ? 0 : pick(0, 0.1, 0.3, 0.7),
  };
}

function makeClient(random: Random, pick: Pick, tamed: boolean): ClientPlan {
  const http2 = random() < 0.4;
  const requests = Array.from({ length: pick(1, 1, 2, 3, 6, 10) }, () => makeRequest(random, pick, tamed));
  return {
    http2,
    startMs: random() < 0.7 ? 0 : Math.floor(random() * 300),
    requests,
    halfCloses: random() < 0.15,
    window: pick(0, 0, 65_535, 2_000, 9_000),
    restlessMs: pick(0, 0, 0, 30, 100),
  };
}

function makeRequest(random: Random, pick: Pick, tamed: boolean): RequestPlan {
  const method = pick('GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT');
  const hasBody = method === 'POST' || method === 'PUT';
  return {
    method,
    bodyLength: hasBody ? makeLength(random, pick) : 0,
    chunked: hasBody && random() < 0.4,
    trailers: hasBody && random() < 0.3,
    idempotent: random() < 0.1,
    upgrade: method === 'GET' && random() < 0.05,
    grpc: random() < 0.1,
    expects: hasBody && random() < 0.1,
    pieces: pick(1, 1, 2, 5),
    gapMs: pick(0, 0, 3, 60),
    afterMs: pick(0, 0, 0, 5, 100),
    giveUpMs: tamed || random() < 0.9 ? -1 : Math.floor(random() * 120),
    slowMs: random() < 0.85 ? 0 : pick(50, 700),
  };
}

function makeFilterPlan(random: Random): FilterPlan {
  return {
    waits: random() < 0.2,
    reads: random() < 0.15,
    transforms: random() < 0.15,
    refuses: random() < 0.05,
  };
}

function makeLength(random: Random, pick: Pick): number {
  return Math.floor(random() * pick(1, 20, 500, 500, 20_000, 100_000, bodyBytesMax));
}

/** @param mischief odds that it is not a plain answer. */
export function makeAnswer(random: Random, mischief: number): AnswerPlan {
  const pick: Pick = (...choices) => choices[Math.floor(random() * choices.length)] as (typeof choices)[0];
  const bad = random() < mischief;
  return {
    kind: bad
      ? pick(
          'early',
          'silent',
          'close-before',
          'reset-before',
          'cut',
          'cut',
          'refuse',
          'goaway',
          'goaway-after',
          'close-after',
          'close-after',
          'more',
          'settings',
          'answer',
        )
      : 'answer',
    status: bad ? pick(200, 503, 503, 500, 404, 204, 304) : pick(200, 200, 200, 201, 404, 204),
    delayMs: pick(0, 0, 0, 2, 30, bad ? 600 : 5),
    bodyLength: makeLength(random, pick),
    framing: pick('length', 'length', 'chunked', 'chunked', 'close'),
    trailers: random() < 0.2,
    informational: random() < 0.05,
    closes: random() < 0.1,
    pieces: pick(1, 1, 2, 6),
    gapMs: pick(0, 0, 2, 50),
  };
}
