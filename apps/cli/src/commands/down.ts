/** `weft down`: ends what runs of the run folder, and what a killed launcher left. */

import { systemClock } from '@weft/kernel';
import { layoutOf, stopEverything } from '@weft/operator-launcher';
import type { Context } from '../context.ts';

export async function down(context: Context): Promise<void> {
  const result = await stopEverything(systemClock, layoutOf(context.config.dir));
  await context.output.answer(context.format, result, () => {
    const lines = result.ended.map((what) => `${what} has stopped`);
    if (result.leftovers.length > 0)
      lines.push(`ended what a killed launcher had left: ${result.leftovers.join(', ')}`);
    return lines.length === 0 ? 'nothing was running' : lines.join('\n');
  });
}
