/** Reads an access log of JSON lines as it grows. */

import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { LogLine } from '../outcome.ts';
import { logLineTimeoutMs } from './peer.ts';

export interface LogTail {
  /**
   * Resolves with the last line of the case with one of the names once there is one, or with a line of the case that has no name: its request
   * could not be read. A connection of bytes has the address of its client as its name, so that those which only looked whether a port is open
   * are not taken for it.
   */
  line(caseIndex: number, ...names: readonly string[]): Promise<LogLine | undefined>;
}

const lookMs = 5;

export function tailLog(file: string): LogTail {
  const lines = new Map<string, LogLine>();
  const nameless = new Map<string, LogLine[]>();
  let offset = 0;
  let rest = '';
  const read = (): void => {
    if (!existsSync(file)) return;
    const handle = openSync(file, 'r');
    const buffer = Buffer.alloc(65_536);
    for (
      let got = readSync(handle, buffer, 0, buffer.length, offset);
      got > 0;
      got = readSync(handle, buffer, 0, buffer.length, offset)
    ) {
      offset += got;
      rest += buffer.toString('latin1', 0, got);
    }
    closeSync(handle);
    const whole = rest.split('\n');
    rest = whole.pop() ?? '';
    for (const text of whole) {
      const line = JSON.parse(text) as LogLine;
      // Another line follows: that of the request which was sent where the redirect says.
      if (line.details === 'internal_redirect') continue;
      if (line.id !== null && line.id !== '-') lines.set(`${line.case} ${line.id}`, line);
      else nameless.set(line.case, [...(nameless.get(line.case) ?? []), line]);
    }
  };
  return {
    async line(caseIndex, ...names) {
      const until = performance.now() + logLineTimeoutMs;
      const own = `case-${caseIndex}`;
      for (;;) {
        read();
        const named = names.find((name) => lines.has(`${own} ${name}`));
        const found = named === undefined ? nameless.get(own)?.shift() : lines.get(`${own} ${named}`);
        if (found !== undefined || performance.now() > until) return found;
        await new Promise((resolve) => setTimeout(resolve, lookMs));
      }
    },
  };
}
