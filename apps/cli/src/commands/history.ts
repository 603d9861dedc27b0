/** `weft history`, `weft rollback`: what was applied, version by version, and back to one of them. */

import type { HistoryItem } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output/table.ts';

export async function history(context: Context): Promise<void> {
  const answer = await context.operator().history();
  await context.output.answer(context.format, answer, () =>
    answer.entries.length === 0
      ? 'nothing was applied yet'
      : table(context.output.paint, ['VERSION', 'AT', 'ACTION', 'CHANGES'], answer.entries.map(row)),
  );
}

/** @throws CliFailure (usage) where `text` is no version. */
export async function rollback(context: Context, text: string): Promise<void> {
  if (!/^\d{1,15}$/.test(text)) {
    throw new CliFailure(
      exitCodes.usage,
      `"${text}" is not a version; \`weft history\` lists them, 0 is before the first`,
    );
  }
  const changes = await context.operator().rollback(Number(text));
  await context.output.answer(context.format, { changes }, () =>
    changes.length === 0
      ? `everything is as it was at version ${text}`
      : changes.map((item) => `${item.kind} ${item.namespace}/${item.name} ${item.change}`).join('\n'),
  );
}

function row({ version, at, action, to, changes }: HistoryItem): readonly string[] {
  const what = changes.map((item) => `${item.kind} ${item.namespace}/${item.name} ${item.change}`).join(', ');
  return [String(version), at, to === undefined ? action : `${action} to ${to}`, what];
}
