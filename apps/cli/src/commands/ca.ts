/** `weft ca`: the state of trust, rotation of the root, revocation. */

import type { CaStatus } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output/table.ts';

export async function caStatus(context: Context): Promise<void> {
  await show(context, await context.operator().identity.ca());
}

export async function rotate(
  context: Context,
  step: string,
  flags: { readonly caDir?: string; readonly force?: boolean },
): Promise<void> {
  const { identity } = context.operator();
  if (step === 'start') await show(context, await identity.startRotation(flags.caDir));
  else if (step === 'finish') await show(context, await identity.finishRotation(flags.force === true));
  else if (step === 'status') await show(context, await identity.ca());
  else throw new CliFailure(exitCodes.usage, `"${step}" is no step of a rotation; give start, status or finish`);
}

export async function revoke(context: Context, who: string, reason: string): Promise<void> {
  const { namespace, account } = toAccount(who);
  const { certificates, listProblem } = await context.operator().identity.revoke(namespace, account, reason);
  await context.output.answer(context.format, { namespace, serviceAccount: account, certificates, listProblem }, () =>
    [
      `${who} is revoked: it gets no certificate, and ${certificates} that it holds are on the revocation list`,
      ...(listProblem === '' ? [] : [`but the list cannot be served: ${listProblem}`]),
    ].join('\n'),
  );
}

export async function restore(context: Context, who: string): Promise<void> {
  const { namespace, account } = toAccount(who);
  await context.operator().identity.restore(namespace, account);
  await context.output.answer(
    context.format,
    { namespace, serviceAccount: account },
    () => `${who} may have certificates again`,
  );
}

function toAccount(text: string): { readonly namespace: string; readonly account: string } {
  const [namespace = '', account = '', ...rest] = text.split('/');
  if (namespace !== '' && account !== '' && rest.length === 0) return { namespace, account };
  throw new CliFailure(exitCodes.usage, `"${text}" is no identity; give namespace/service-account, like shop/order`);
}

const phases: Readonly<Record<string, string>> = {
  steady: 'no rotation is under way',
  trusting: 'rotation: the new root is being told to all proxies; it signs when all have it',
  issuing: 'rotation: the new root signs; run `weft ca rotate finish` when nobody is waited for',
};

async function show(context: Context, ca: CaStatus): Promise<void> {
  await context.output.answer(context.format, ca, () => {
    const roots = table(
      context.output.paint,
      ['ROOT', 'SIGNS', 'UNTIL', 'SHA-256'],
      ca.roots.map((root) => [root.subject, root.signs ? 'yes' : 'no', root.notAfter, root.fingerprint.slice(0, 23)]),
    );
    return [
      roots,
      '',
      phases[ca.phase] ?? ca.phase,
      ...ca.waitingFor.map((id) => `waits for ${id}`),
      `issued by ${ca.issuing.subject}, until ${ca.issuing.notAfter}; ${ca.certificates} certificates are out`,
      ...ca.revoked.map(
        ({ spiffeId, at, reason }) => `revoked: ${spiffeId} at ${at}${reason === '' ? '' : ` (${reason})`}`,
      ),
      ...(ca.listProblem === '' ? [] : [`the revocation list is not served: ${ca.listProblem}`]),
    ].join('\n');
  });
}
