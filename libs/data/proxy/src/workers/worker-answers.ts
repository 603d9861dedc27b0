/** What a worker answers its parent's admin pages: questions, and taps. */

import { parseTapQuery, type Tap } from '@weft/data-filters';
import type { AdminView } from '../admin/admin-view.ts';
import { clusterFacts } from '../admin/pages/cluster-facts.ts';
import { recentLines } from '../admin/pages/requests.ts';
import type { FromWorker, Question, ToWorker } from './channel.ts';

type AskedView = Pick<AdminView, 'registry' | 'tables' | 'poolStats' | 'tap' | 'clock'>;

function answerOf(question: Question, view: AskedView): unknown {
  switch (question.about) {
    case 'metrics':
      return view.registry.renderPrometheus();
    case 'clusters':
      return clusterFacts(view);
    case 'requests': {
      const recent = view.tap?.recent;
      return recent === undefined ? [] : recentLines(recent, view.clock.now(), question.asked);
    }
  }
}

/** Messages of one tap that are on their way to the parent; further lines wait in the tap's own queue, which has its bound. */
export const tappedOnTheWayMax = 256;

/** @param send to the parent, who holds back the lines that its reader does not take; `sent` is called when the message has left. */
export function createAnswers(view: AskedView, send: (message: FromWorker, sent?: () => void) => void) {
  const taps = new Map<number, Tap>();
  const openTap = (id: number, query: string): void => {
    const test = parseTapQuery(new URLSearchParams(query));
    let onTheWay = 0;
    const write = (text: string): boolean => {
      onTheWay += 1;
      send({ weft: 'tapped', id, text }, () => {
        onTheWay -= 1;
        if (onTheWay === 0) taps.get(id)?.drained();
      });
      return onTheWay < tappedOnTheWayMax;
    };
    const tap = typeof test === 'function' ? view.tap?.open(test, { write }) : undefined;
    if (tap !== undefined) taps.set(id, tap);
  };
  return {
    take(message: Extract<ToWorker, { weft: 'ask' | 'tap' | 'untap' }>): void {
      const { id } = message;
      if (message.weft === 'ask') send({ weft: 'answer', id, answer: answerOf(message.question, view) });
      else if (message.weft === 'tap') openTap(id, message.query);
      else {
        taps.get(id)?.stop();
        taps.delete(id);
      }
    },
  };
}
