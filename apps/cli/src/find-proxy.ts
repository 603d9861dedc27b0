/** From a name that people use to the proxy that it means. */

import { AdminError, type ProxyStatus } from '@weft/operator-admin-client';
import type { Context } from './context.ts';
import { CliFailure, exitCodes } from './failure.ts';

/** Names of a proxy: "shop/order", "order", "order.shop", its service account, its whole id. */
function namesOf(proxy: ProxyStatus): readonly string[] {
  const [namespace = '', group = ''] = proxy.workloadGroup.split('/');
  const workload = proxy.id.split('~')[2] ?? '';
  const account =
    proxy.serviceAccount === '' ? [] : [proxy.serviceAccount, `${proxy.serviceAccount}.${proxy.namespace}`];
  const grouped = group === '' ? [] : [proxy.workloadGroup, group, `${group}.${namespace}`];
  return [proxy.id, workload, ...grouped, ...account].map((name) => name.toLowerCase());
}

/** Where several share a service account ("payment"), the first of them. @throws CliFailure, AdminError */
export async function findProxy(context: Context, wanted: string): Promise<ProxyStatus> {
  const proxies = await context.operator().proxies();
  const name = wanted.toLowerCase() === 'gateway' ? 'ingressgateway' : wanted.toLowerCase();
  const found =
    proxies.find((proxy) => namesOf(proxy).slice(0, 5).includes(name)) ??
    proxies.find((proxy) => namesOf(proxy).includes(name));
  if (found !== undefined) return found;
  const known = proxies.map((proxy) => (proxy.workloadGroup === '' ? proxy.id : proxy.workloadGroup)).sort();
  throw new CliFailure(
    exitCodes.failed,
    known.length === 0
      ? `no proxy "${wanted}" is connected, nor any other; \`weft status\` tells what runs`
      : `no proxy "${wanted}" is connected; there are ${known.join(', ')}`,
  );
}

/**
 * Admin address of a workload's sidecar, from the control plane; from the launcher's record while the control plane is dead.
 * @throws CliFailure, AdminError
 */
export async function findAdmin(context: Context, wanted: string): Promise<{ address: string; name: string }> {
  try {
    const proxy = await findProxy(context, wanted);
    return { address: proxy.admin, name: proxy.workloadGroup || wanted };
  } catch (error) {
    const { layoutOf, readRunFile } = await import('@weft/operator-launcher');
    const known = readRunFile(layoutOf(context.config.dir).runFile)?.admin ?? {};
    const address = known[wanted] ?? known[wanted.replace(/^shop\//, '')];
    if (address === undefined || !(error instanceof AdminError) || error.kind !== 'unreachable') throw error;
    return { address, name: `${wanted} (the control plane does not answer)` };
  }
}
