/** `weft proxy-status`: what each proxy has been sent, has taken and has refused. */

import { type ProxyStatus, xdsTypes } from '@weft/operator-admin-client';
import type { Context } from '../context.ts';
import type { Paint, Tone } from '../output/style.ts';
import { table } from '../output/table.ts';

const tones: Readonly<Record<string, Tone>> = { SYNCED: 'good', STALE: 'warn', ERROR: 'bad', 'NOT SENT': 'dim' };

export async function proxyStatus(context: Context): Promise<void> {
  const proxies = await context.operator().proxies();
  await context.output.answer(context.format, { proxies }, () => print(context.output.paint, proxies));
}

function print(paint: Paint, proxies: readonly ProxyStatus[]): string {
  if (proxies.length === 0) return 'no proxies are connected';
  const rows = proxies.map((proxy) => [
    proxy.workloadGroup === '' ? proxy.id : proxy.workloadGroup,
    ...xdsTypes.map((type) => paint(tones[proxy.types[type].state] ?? 'dim', proxy.types[type].state)),
    proxy.stale ? paint('bad', 'stale') : proxy.healthy ? paint('good', 'healthy') : paint('bad', 'unhealthy'),
    proxy.admin,
  ]);
  const errors = proxies.flatMap((proxy) =>
    xdsTypes
      .filter((type) => proxy.types[type].error !== '')
      .map((type) => `${proxy.workloadGroup || proxy.id} refuses ${type}: ${proxy.types[type].error}`),
  );
  const text = table(paint, ['PROXY', ...xdsTypes, 'HEALTH', 'ADMIN'], rows);
  return errors.length === 0 ? text : `${text}\n\n${errors.map((line) => paint('bad', line)).join('\n')}`;
}
