/** Questions to all workers at a time, and what they answered in time. */

import type { Clock } from '@weft/kernel';

/** How long answers are waited for: a worker that is busy, or being started, is left out. */
export const askMs = 1_000;

export interface Asks {
  /** @param send puts the question to all, and says to how many. @param done called once, with what came in time. */
  put(send: (id: number) => number, done: (answers: readonly unknown[]) => void): void;
  answered(id: number, answer: unknown): void;
}

export function createAsks(clock: Clock): Asks {
  const open = new Map<number, (answer: unknown) => void>();
  let nextId = 1;
  return {
    put(send, done) {
      const id = nextId;
      nextId += 1;
      const answers: unknown[] = [];
      const finish = (): void => {
        cancel();
        open.delete(id);
        done(answers);
      };
      const cancel = clock.after(askMs, finish);
      const asked = send(id);
      open.set(id, (answer) => {
        answers.push(answer);
        if (answers.length === asked) finish();
      });
      if (asked === 0) finish();
    },
    answered: (id, answer) => open.get(id)?.(answer),
  };
}
