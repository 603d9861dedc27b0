/** Grants that nobody has to write: a workload may call itself, and the kubelet may probe it. */

import type { Context } from '../context.ts';
import type { PermissionInit } from '../policies/rbac/predicate.ts';
import { exactForm } from '../policies/rbac/string-forms.ts';
import { builtIn } from '../provenance.ts';
import type { Grant, GrantScope } from './grants.ts';
import type { WorkloadPort } from './guard.ts';
import { anyOfThem, anyone, fromNetworks, loopback } from './principals.ts';
import { probeRequests } from './workload.ts';

/** What is called from inside of the workload needs no leave, as long as only the workload itself is there. */
export function ownGrants({ onLoopback }: GrantScope): readonly Grant[] {
  if (onLoopback) return [];
  const from = builtIn('a workload may call itself');
  return [{ name: 'linkerd-workload[loopback]', from, who: anyOfThem(fromNetworks(loopback)) }];
}

/** Where no route is attached. */
export function probeGrants(context: Context, port: WorkloadPort): readonly Grant[] {
  const paths = probeRequests(context).filter((probe) => probe.port === port.number);
  const [first, ...more] = [...new Set(paths.map(({ path }) => path))].sort();
  if (first === undefined) return [];
  const from = builtIn('the probes of the Pod');
  return [{ name: 'linkerd-workload[probe]', from, who: anyone, what: getOf([first, ...more]) }];
}

function getOf(paths: readonly string[]): PermissionInit {
  const rules: PermissionInit[] = paths.map((path) => ({
    rule: { case: 'urlPath', value: { rule: { case: 'path', value: exactForm(path) } } },
  }));
  const get: PermissionInit = {
    rule: {
      case: 'header',
      value: { name: ':method', headerMatchSpecifier: { case: 'stringMatch', value: exactForm('GET') } },
    },
  };
  return { rule: { case: 'andRules', value: { rules: [get, { rule: { case: 'orRules', value: { rules } } }] } } };
}
