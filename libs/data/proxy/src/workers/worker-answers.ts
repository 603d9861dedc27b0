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

/** @param send to the parent, who holds back the lines that its reader does not take. */
export function createAnswers(view: AskedView, send: (message: FromWorker) => void) {
  const taps = new Map<number, Tap>();
  const openTap = (id: number, query: string): void => {
    const test = parseTapQuery(new URLSearchParams(query));
    const write = (text: string): boolean => {
      send({ weft: 'tapped', id, text });
      return true;
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
