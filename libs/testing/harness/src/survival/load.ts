/** Requests one after another, in several lines, until told to stop; what did not succeed is kept. */

import type { Workload } from '../workload.ts';

export interface Load {
  /** So far. */
  sent(): number;
  /** The last answer of each line. */
  stop(): Promise<{ readonly sent: number; readonly failed: readonly string[] }>;
}

/** @param urls called in turn, each by `lines` lines. */
export function startLoad(caller: Workload, urls: readonly string[], lines: number): Load {
  const failed: string[] = [];
  let sent = 0;
  let running = true;
  const line = async (url: string): Promise<void> => {
    while (running) {
      sent += 1;
      const answer = await caller.get(url).catch((error: unknown) => ({ status: 0, body: String(error) }));
      if (answer.status !== 200) failed.push(`${answer.status} ${answer.body} (request ${sent})`);
    }
  };
  const all = urls.flatMap((url) => Array.from({ length: lines }, () => line(url)));
  return {
    sent: () => sent,
    async stop() {
      running = false;
      await Promise.all(all);
      return { sent, failed };
    },
  };
}
