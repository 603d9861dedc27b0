/** A worker's tap while its parent takes nothing. */

import type { TapSink } from '@weft/data-filters';
import { expect, it, vi } from 'vitest';
import type { FromWorker } from './channel.ts';
import { createAnswers, tappedOnTheWayMax } from './worker-answers.ts';

it('has a bounded number of lines on their way, and takes more when they have left', () => {
  const sinks: TapSink[] = [];
  const drained = vi.fn();
  const tap = {
    open(_test: unknown, sink: TapSink) {
      sinks.push(sink);
      return { drained, stop() {} };
    },
  };
  const sent: (() => void)[] = [];
  const texts: string[] = [];
  const send = (message: FromWorker, left?: () => void): void => {
    if (message.weft === 'tapped') texts.push(message.text);
    if (left !== undefined) sent.push(left);
  };
  const answers = createAnswers({ tap } as unknown as Parameters<typeof createAnswers>[0], send);
  answers.take({ weft: 'tap', id: 1, query: '' });
  for (let i = 1; i < tappedOnTheWayMax; i += 1) expect(sinks[0]?.write(`${i}\n`)).toBe(true);
  expect(sinks[0]?.write('full\n')).toBe(false);
  expect(texts).toHaveLength(tappedOnTheWayMax);
  for (const left of sent.splice(1)) left();
  expect(drained).not.toHaveBeenCalled();
  sent[0]?.();
  expect(drained).toHaveBeenCalledOnce();
  expect(sinks[0]?.write('again\n')).toBe(true);
});
