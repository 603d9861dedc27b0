/** `weft token`: join tokens for workloads that no token folder reaches. */

import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output/table.ts';

export interface TokenFlags {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly workloadGroup?: string;
  readonly uses: string;
  readonly ttl: string;
}

export async function createToken(context: Context, flags: TokenFlags): Promise<void> {
  const { namespace, serviceAccount, workloadGroup } = flags;
  const made = await context.operator().identity.createToken({
    ...{ namespace, serviceAccount, uses: toUses(flags.uses), ttlSeconds: toSeconds(flags.ttl) },
    ...(workloadGroup === undefined ? {} : { workloadGroup }),
  });
  // Alone on standard output, so that it can go into a file: it is shown this once.
  await context.output.answer(context.format, made, () => made.token);
  context.output.note(
    `token ${made.id} for ${namespace}/${serviceAccount}: ${made.uses} use(s), until ${made.expiresAt}`,
  );
}

export async function listTokens(context: Context): Promise<void> {
  const tokens = await context.operator().identity.tokens();
  await context.output.answer(context.format, { tokens }, () =>
    tokens.length === 0
      ? 'no join tokens'
      : table(
          context.output.paint,
          ['ID', 'NAMESPACE', 'SERVICE ACCOUNT', 'GROUP', 'USES LEFT', 'EXPIRES', 'STATE'],
          tokens.map((one) => [
            one.id,
            one.namespace,
            one.serviceAccount,
            one.workloadGroup || '-',
            `${one.usesLeft}/${one.uses}`,
            one.expiresAt,
            one.state,
          ]),
        ),
  );
}

export async function revokeToken(context: Context, id: string): Promise<void> {
  await context.operator().identity.revokeToken(id);
  await context.output.answer(context.format, { id, revoked: true }, () => `token ${id} is revoked`);
}

function toUses(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CliFailure(exitCodes.usage, `--uses ${text}: give a whole number from 1`);
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function toSeconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (number !== '') return Number(number) * (seconds[unit] ?? 1);
  throw new CliFailure(exitCodes.usage, `--ttl ${text}: give a number with s, m, h or d, like 1h`);
}
