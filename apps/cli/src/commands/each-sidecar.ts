/** One question to every sidecar whose admin port is known: at the same time, a few at once. */

import type { SidecarAdmin } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';

/** Sidecars that one command asks; further ones are left out, and that is said. */
const sidecarsAskedMax = 256;
const atOnce = 16;

export interface AskedSidecars<Answer> {
  readonly answers: readonly { readonly proxy: string; readonly answer: Answer }[];
  /** Proxies that were not asked or did not answer: another kind of proxy, or an admin port that is out of reach. */
  readonly silent: number;
}

/** In the order of their names. @throws AdminError where the control plane does not answer. */
export async function askEachSidecar<Answer>(
  context: Context,
  ask: (sidecar: SidecarAdmin) => Promise<Answer>,
): Promise<AskedSidecars<Answer>> {
  const proxies = (await context.operator().proxies())
    .map(({ admin, workloadGroup, id }) => ({ admin, proxy: workloadGroup || (id.split('~')[2] ?? id) }))
    .sort((left, right) => (left.proxy < right.proxy ? -1 : 1));
  const asked = proxies.filter(({ admin }) => admin !== '').slice(0, sidecarsAskedMax);
  const answers: { proxy: string; answer: Answer }[] = [];
  for (let from = 0; from < asked.length; from += atOnce) {
    const some = asked.slice(from, from + atOnce).map(async ({ admin, proxy }) => {
      const answer = await ask(context.sidecar(admin)).catch(() => undefined);
      return answer === undefined ? [] : [{ proxy, answer }];
    });
    answers.push(...(await Promise.all(some)).flat());
  }
  return { answers, silent: proxies.length - answers.length };
}
