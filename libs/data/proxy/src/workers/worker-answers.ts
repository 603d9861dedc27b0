/** What a worker answers its parent's admin pages: questions, and taps. */

import { parseTapQuery, type Tap } from '@weft/data-filters';
import type { AdminView } from '../admin/admin-view.ts';
import { clusterFacts } from '../admin/pages/cluster-facts.ts';
import { recentLines } from '../admin/pages/requests.ts';
import type { Question, ToWorker } from './channel.ts';

export type AskedView = Pick<AdminView, 'registry' | 'tables' | 'poolStats' | 'tap' | 'clock'>;

export function answerOf(question: Question, view: AskedView): unknown {
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

/** @param send lines; the parent holds back what its reader does not take. */
export function createTapsOfParent(view: AskedView, send: (id: number, text: string) => void) {
  const open = new Map<number, Tap>();
  return {
    take(message: Extract<ToWorker, { weft: 'tap' | 'untap' }>): void {
      const { id } = message;
      if (message.weft === 'untap') {
        open.get(id)?.stop();
        open.delete(id);
        return;
      }
      const test = parseTapQuery(new URLSearchParams(message.query));
      const write = (text: string): boolean => {
        send(id, text);
        return true;
      };
      const tap = typeof test === 'function' ? view.tap?.open(test, { write }) : undefined;
      if (tap !== undefined) open.set(id, tap);
    },
  };
}
