/** What every source of resources must do, whatever feeds it. */

import { afterEach, describe, expect, it } from 'vitest';
import type { ResourceSource } from '../source.ts';

/** A source under test and the means to feed it. */
export interface SourceHarness {
  /** A new source on the same content; the one before it is stopped. `onChange` is counted by the harness. */
  open(): Promise<ResourceSource>;
  /** Puts a Service of this name with this port, and returns when the source has it. */
  put(name: string, port: number): Promise<void>;
  /** Offers a Service that is not valid under this name, and returns when the source has refused it. */
  putBroken(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  changes(): number;
  close(): Promise<void>;
}

const portsOf = (source: ResourceSource): (number | undefined)[] =>
  source.resources().map((resource) => (resource.kind === 'Service' ? resource.spec.ports[0]?.port : undefined));

export function describeSource(name: string, createHarness: () => Promise<SourceHarness>): void {
  describe(`${name} as a source of resources`, () => {
    let harness: SourceHarness;
    afterEach(() => harness.close());

    it('is empty where nothing was put', async () => {
      harness = await createHarness();
      const source = await harness.open();
      expect(source.resources()).toEqual([]);
    });

    it('gives what was put, in the order of file names, and tells of each change', async () => {
      harness = await createHarness();
      const source = await harness.open();
      await harness.put('b', 2);
      await harness.put('a', 1);
      expect(portsOf(source)).toEqual([1, 2]);
      expect(source.files().map(({ state, resources }) => [state, resources])).toEqual([
        ['ok', 1],
        ['ok', 1],
      ]);
      expect(harness.changes()).toBeGreaterThanOrEqual(2);
    });

    it('replaces what it gave before instead of changing it', async () => {
      harness = await createHarness();
      const source = await harness.open();
      await harness.put('a', 1);
      const before = source.resources();
      await harness.put('a', 2);
      expect(before).toHaveLength(1);
      expect(portsOf(source)).toEqual([2]);
      expect([before, source.resources(), source.files()].every(Object.isFrozen)).toBe(true);
    });

    it('keeps the last good version of what is broken now', async () => {
      harness = await createHarness();
      const source = await harness.open();
      await harness.put('a', 1);
      await harness.putBroken('a');
      expect(portsOf(source)).toEqual([1]);
    });

    it('forgets what was removed', async () => {
      harness = await createHarness();
      const source = await harness.open();
      await harness.put('a', 1);
      await harness.put('b', 2);
      await harness.remove('a');
      expect(portsOf(source)).toEqual([2]);
    });

    it('gives the same after a restart', async () => {
      harness = await createHarness();
      await harness.open();
      await harness.put('a', 1);
      expect(portsOf(await harness.open())).toEqual([1]);
    });
  });
}
