/** Against a Map: the same streams are found, whatever the order in which they come and go. */

import { createSeededRandom } from '@weft/kernel';
import { describe, expect, it } from 'vitest';
import { silent } from './silent-sink.ts';
import { Stream, type StreamHost } from './stream.ts';
import { StreamTable } from './stream-table.ts';

const streamOf = (id: number): Stream => new Stream(id, silent, {} as StreamHost, 0, 0);

describe('open streams', () => {
  it.each([7, 64, 300, 1_000])('are found while up to %i of them come and go', (atOnce) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = createSeededRandom(seed);
    const table = new StreamTable();
    const map = new Map<number, Stream>();
    let next = 1;
    for (let step = 0; step < 20_000; step += 1) {
      // Up to the bound and down to nothing, again and again.
      const rising = step % (4 * atOnce) < 2 * atOnce;
      if (map.size < atOnce && random() < (rising ? 0.8 : 0.2)) {
        const stream = streamOf(next);
        next += 2 * (1 + Math.floor(random() * 3));
        table.add(stream);
        map.set(stream.id, stream);
      } else {
        const ids = [...map.keys()];
        // The newest most often, the oldest hardly ever: some live through many rounds of the table.
        const id = ids[Math.floor(ids.length * Math.sqrt(random()))] ?? next;
        table.delete(id);
        map.delete(id);
        expect(table.get(id), `seed ${seed}`).toBeUndefined();
      }
      expect(table.size, `seed ${seed}`).toBe(map.size);
      if (step % 100 > 0) continue;
      expect(table.values(), `seed ${seed}`).toEqual([...map.values()]);
      for (const stream of map.values()) expect(table.get(stream.id), `seed ${seed}`).toBe(stream);
    }
  });

  it('are found after many have gone at once', () => {
    const table = new StreamTable();
    const many = Array.from({ length: 300 }, (_, index) => 2 * index + 1);
    for (const id of many) table.add(streamOf(id));
    for (const id of many) table.delete(id);
    expect([table.size, table.values()]).toEqual([0, []]);
    table.add(streamOf(601));
    expect([table.get(601)?.id, table.get(1)]).toEqual([601, undefined]);
  });

  it('are told apart from those that share a place', () => {
    const table = new StreamTable();
    const streams = [1, 33, 65, 97].map(streamOf);
    for (const stream of streams) table.add(stream);
    table.delete(1);
    expect([1, 33, 65, 97, 129].map((id) => table.get(id)?.id)).toEqual([undefined, 33, 65, 97, undefined]);
    table.delete(129);
    expect(table.size).toBe(3);
  });
});
