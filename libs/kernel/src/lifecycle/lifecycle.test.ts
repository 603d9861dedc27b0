import { describe, expect, it } from 'vitest';
import { createLifecycle, type Part } from './lifecycle.ts';

function recorder(): { part(name: string, fails?: 'start' | 'stop'): Part; said: string[] } {
  const said: string[] = [];
  const act = (name: string, what: 'start' | 'stop', fails: string | undefined) => () => {
    said.push(`${what} ${name}`);
    if (fails === what) throw new Error(`${name} cannot ${what}`);
  };
  return {
    said,
    part: (name, fails) => ({ name, start: act(name, 'start', fails), stop: act(name, 'stop', fails) }),
  };
}

describe('a lifecycle', () => {
  it('starts in order and stops in reverse', async () => {
    const { part, said } = recorder();
    const lifecycle = createLifecycle([part('a'), part('b')]);
    await lifecycle.start();
    await lifecycle.stop();
    expect(said).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops what was begun when a part fails to start, and says why', async () => {
    const { part, said } = recorder();
    const lifecycle = createLifecycle([part('a'), part('b', 'start'), part('c')]);
    await expect(lifecycle.start()).rejects.toThrow('b cannot start');
    expect(said).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops every part though one of them fails, and reports which', async () => {
    const { part, said } = recorder();
    const failed: string[] = [];
    const lifecycle = createLifecycle([part('a'), part('b', 'stop')], (name) => failed.push(name));
    await lifecycle.start();
    await lifecycle.stop();
    expect(said.slice(2)).toEqual(['stop b', 'stop a']);
    expect(failed).toEqual(['b']);
  });

  it('stops once however often it is asked', async () => {
    const { part, said } = recorder();
    const lifecycle = createLifecycle([part('a')]);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(said).toEqual(['start a', 'stop a']);
  });
});
