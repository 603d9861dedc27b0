/** The processes of a start: redrawn in place on a terminal, one line a change elsewhere. */

import type { ChildState } from '@weft/operator-launcher';
import type { Paint, Tone } from './style.ts';

const tones: Readonly<Record<ChildState, Tone>> = {
  waiting: 'dim',
  starting: 'warn',
  ready: 'good',
  restarting: 'bad',
  stopping: 'warn',
  stopped: 'dim',
  failed: 'bad',
};

export interface LiveTable {
  plan(names: readonly string[]): void;
  change(name: string, state: ChildState, detail: string): void;
  /** Prints a line above the table, or after the lines. */
  say(line: string): void;
  /** From here on every change is a line of its own. */
  freeze(): void;
}

export interface LiveTableOptions {
  readonly paint: Paint;
  readonly live: boolean;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Width of the terminal in columns. */
  columns(): number;
  /** Its height: a table that does not fit is not redrawn. */
  lines(): number;
  write(text: string): void;
}

interface Row {
  state: ChildState;
  detail: string;
  readyAfterMs: number;
}

export function createLiveTable(options: LiveTableOptions): LiveTable {
  const { paint, now, write } = options;
  const started = now();
  const rows = new Map<string, Row>();
  let live = options.live;
  let drawn = 0;
  let width = 0;

  const erase = (): void => {
    if (drawn > 0) write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = (): void => {
    for (const [name, row] of rows) write(`  ${name.padEnd(width)}  ${stateText(row)}\n`);
    drawn = rows.size;
  };
  const stateText = (row: Row): string => {
    const after = row.state === 'ready' ? paint('dim', ` after ${(row.readyAfterMs / 1000).toFixed(1)} s`) : '';
    const room = Math.max(10, options.columns() - width - 20);
    const detail = row.detail === '' || row.state === 'ready' ? '' : ` ${row.detail.slice(0, room)}`;
    return paint(tones[row.state], row.state) + after + paint('dim', detail);
  };

  return {
    plan(names) {
      width = Math.max(...names.map((name) => name.length));
      for (const name of names) rows.set(name, { state: 'waiting', detail: '', readyAfterMs: 0 });
      if (names.length + 2 > options.lines()) live = false;
      if (live) draw();
    },
    change(name, state, detail) {
      rows.set(name, { state, detail, readyAfterMs: now() - started });
      if (live) {
        erase();
        draw();
      } else if (state !== 'starting' || detail !== '') {
        const after = state === 'ready' ? paint('dim', ` after ${((now() - started) / 1000).toFixed(1)} s`) : '';
        write(`${name.padEnd(width)}  ${paint(tones[state], state)}${after}${detail === '' ? '' : `: ${detail}`}\n`);
      }
    },
    say(line) {
      if (live) erase();
      write(`${line}\n`);
      if (live) draw();
    },
    freeze() {
      live = false;
      drawn = 0;
    },
  };
}
