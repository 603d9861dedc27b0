/** What simulated wires do as wires over sockets do. */

import type { Wire, WireSink } from '@weft/data-upstream';
import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { SimClock } from '../clock/sim-clock.ts';
import { SimNetwork } from './sim-network.ts';
import type { SimWire } from './sim-wire.ts';
import { fairWeather, type Weather } from './weather.ts';

class Recorder implements WireSink {
  readonly told: string[] = [];
  kept: Buffer | undefined;

  onData(chunk: Buffer): void {
    this.kept = chunk;
    this.told.push(chunk.toString('latin1'));
  }

  onEnd(): void {
    this.told.push('end');
  }

  onDrain(): void {
    this.told.push('drain');
  }

  onClose(): void {
    this.told.push('close');
  }
}

function setUp(changes: Partial<Weather> = {}) {
  const random = createSeededRandom(1);
  const clock = new SimClock(random);
  const network = new SimNetwork(clock, random, { ...fairWeather, ...changes });
  let far: Wire | undefined;
  network.listen(80, {
    chooseAlpn: () => '',
    accept(wire) {
      far = wire;
    },
  });
  const near = network.connect('test', 80) as SimWire;
  const run = (): void => clock.run(clock.monotonic() + 1_000, () => false);
  run();
  const ends = { near: new Recorder(), far: new Recorder() };
  near.sink = ends.near;
  (far as Wire).sink = ends.far;
  (far as Wire).resume();
  return { network, clock, near, far: far as SimWire, ends, run };
}

describe('a simulated wire', () => {
  it('overwrites what it gave when the call is over', () => {
    const { near, ends, run } = setUp();
    near.write('hello');
    run();
    expect(ends.far.told).toEqual(['hello']);
    expect(ends.far.kept?.toString('latin1')).not.toContain('hello');
  });

  it('says when to wait and when to go on', () => {
    const { near, far, ends, run } = setUp({ pipeBytes: 1_000 });
    far.pause();
    expect(near.write(Buffer.alloc(20_000))).toBe(false);
    run();
    expect(near.needsDrain).toBe(true);
    expect(near.drained).toBe(false);
    far.resume();
    run();
    expect(ends.near.told).toEqual(['drain']);
    expect(near.drained).toBe(true);
  });

  it('gives what was written before the end, and closes when both have ended', () => {
    const { near, far, ends, run } = setUp();
    near.write('a');
    near.end();
    run();
    expect(ends.far.told).toEqual(['a', 'end']);
    far.write('b');
    far.end();
    run();
    expect(ends.near.told).toEqual(['b', 'end', 'close']);
    expect(ends.far.told).toEqual(['a', 'end', 'close']);
  });

  it('tells a paused end of RST only when it reads or writes', () => {
    const { near, far, ends, run } = setUp();
    far.pause();
    near.reset();
    run();
    expect(ends.far.told).toEqual([]);
    expect(far.write('a')).toBe(false);
    run();
    expect(ends.far.told).toEqual(['close']);
    expect(far.errorCode).toBe('EPIPE');
  });

  it('answers what comes after a close with RST', () => {
    const { near, far, ends, run } = setUp();
    near.destroy();
    run();
    far.write('a');
    run();
    expect(ends.far.told).toEqual(['end', 'close']);
    expect(far.errorCode).toBe('ECONNRESET');
  });

  it('notes a write after the end, which breaks sockets', () => {
    const { network, near } = setUp();
    near.end();
    near.write('a');
    expect(network.watch.misuse.length).toBe(1);
  });
});
