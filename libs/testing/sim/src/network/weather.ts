/** What the network does to octets in one scenario: latency, segments, room, and how it breaks. */

import type { Random } from '@weft/kernel';

export interface Weather {
  /** One way, at least. */
  readonly latencyMs: number;
  /** Added at random. */
  readonly jitterMs: number;
  /** Arrivals are put off to multiples of it, so that they merge; 0: none. */
  readonly gatherMs: number;
  /** Octets of one read at most; 0: all that is there. */
  readonly readBytesMax: number;
  /** Octets on their way in one direction: socket buffers of both ends. */
  readonly pipeBytes: number;
  /** Odds that a write is held up, and how long at most. */
  readonly stallOdds: number;
  readonly stallMsMax: number;
  /** Odds that a write breaks its connection. */
  readonly resetOdds: number;
  /** A RST takes along what the receiver has not read. */
  readonly resetDropsUnread: boolean;
  /** Reads that still come after `pause`: what TLS had decrypted. */
  readonly lateReadsMax: number;
  /** Odds that a dial is refused, and that it is never answered. */
  readonly refuseOdds: number;
  readonly lostDialOdds: number;
}

/** No faults: octets arrive whole, at once. */
export const fairWeather: Weather = {
  latencyMs: 0,
  jitterMs: 0,
  gatherMs: 0,
  readBytesMax: 0,
  pipeBytes: 262_144,
  stallOdds: 0,
  stallMsMax: 0,
  resetOdds: 0,
  resetDropsUnread: false,
  lateReadsMax: 0,
  refuseOdds: 0,
  lostDialOdds: 0,
};

/** @param harsh the scenario breaks connections. */
export function makeWeather(random: Random, harsh: boolean): Weather {
  const pick = <T>(...choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] as T;
  return {
    latencyMs: pick(0, 0, 1, 5, 40),
    jitterMs: pick(0, 0, 1, 10),
    gatherMs: pick(0, 0, 0, 4, 20),
    readBytesMax: pick(0, 0, 0, 7, 100, 1_460, 9_000),
    pipeBytes: pick(2_000, 16_384, 65_536, 262_144, 1_048_576),
    stallOdds: pick(0, 0, 0.02, 0.1),
    stallMsMax: pick(20, 300, 2_500),
    resetOdds: harsh ? pick(0, 0.005, 0.02, 0.05) : 0,
    resetDropsUnread: random() < 0.5,
    lateReadsMax: pick(0, 0, 1, 3),
    refuseOdds: harsh ? pick(0, 0, 0.05, 0.3) : 0,
    lostDialOdds: harsh ? pick(0, 0, 0.05, 0.2) : 0,
  };
}
