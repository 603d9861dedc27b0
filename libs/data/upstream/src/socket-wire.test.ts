/** Writes of a wire over real sockets: in order whatever the system takes at once, told of when there is room again, refused after the end. */

import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createSocketPairs } from './testing/socket-pairs.ts';
import type { Wire, WireSink } from './wire.ts';

const pairs = createSocketPairs();

afterEach(pairs.stop);

/** Counts what it is told. */
class Told implements WireSink {
  drains = 0;
  closes = 0;
  #next: (() => void) | undefined;

  onData(): void {}
  onEnd(): void {}
  onDrain(): void {
    this.drains += 1;
    this.#next?.();
  }
  onClose(): void {
    this.closes += 1;
    this.#next?.();
  }
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#next = resolve;
    });
  }
}

/** Writes until the system takes no more. @returns what was written. */
function fill(wire: Wire): string {
  const piece = 'x'.repeat(65_536);
  let text = '';
  for (let room = true; room; ) {
    room = wire.write(piece);
    text += piece;
  }
  return text;
}

describe('writing', () => {
  it('has room where the system takes all at once, and asks for no drain', async () => {
    const { end, wire } = await pairs.pair();
    const told = new Told();
    wire.sink = told;
    expect(wire.write('one ')).toBe(true);
    expect(wire.writePart('two ', Buffer.from('..three..'), 2, 7, ' four')).toBe(true);
    expect(wire.write(Buffer.from(' five'))).toBe(true);
    expect([wire.drained, wire.needsDrain]).toEqual([true, false]);
    wire.end();
    end.setEncoding('latin1');
    let text = '';
    for await (const chunk of end) text += chunk;
    expect(text).toBe('one two three four five');
    expect(told.drains).toBe(0);
  });

  it('keeps the order of what waits, tells of room once, and the end comes last', async () => {
    const { end, wire } = await pairs.pair();
    const told = new Told();
    wire.sink = told;
    let written = fill(wire);
    expect([wire.drained, wire.needsDrain]).toEqual([false, true]);
    expect(wire.write('then ')).toBe(false);
    expect(wire.writePart('head ', Buffer.from('part'), 0, 4, ' tail')).toBe(false);
    written += 'then head part tail';
    const drained = told.next();
    end.setEncoding('latin1');
    let text = '';
    end.on('data', (chunk) => {
      text += chunk;
    });
    await drained;
    expect([wire.drained, wire.needsDrain]).toEqual([true, false]);
    wire.write(' last');
    wire.end();
    await once(end, 'end');
    expect(text === `${written} last`).toBe(true);
    expect(told.drains).toBe(1);
  });

  it('tells nobody of room when the connection breaks with something waiting', async () => {
    const { end, wire } = await pairs.pair();
    const told = new Told();
    wire.sink = told;
    fill(wire);
    const gone = told.next();
    end.resetAndDestroy();
    await gone;
    expect([told.drains, told.closes]).toEqual([0, 1]);
    expect(wire.errorCode).toMatch(/^(ECONNRESET|EPIPE)$/);
  });

  it('refuses a write after the end, and what was written before arrives', async () => {
    const { end, wire } = await pairs.pair();
    const told = new Told();
    wire.sink = told;
    wire.write('before');
    wire.end();
    const closed = told.next();
    wire.write('after');
    end.setEncoding('latin1');
    let text = '';
    for await (const chunk of end) text += chunk;
    await closed;
    expect(text).toBe('before');
    expect(wire.errorCode).toBe('ERR_STREAM_WRITE_AFTER_END');
  });
});
