/** Rules between the fields of a locality setting (Istio: ValidateLocalityLbSetting); MeshConfig has the same block. */

import type { Report, ValidationContext } from '../definition.ts';
import type { LocalityLoadBalancing } from './load-balancer-spec.ts';

const topologyLabels: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
]);

export function validateLocalities(
  setting: LocalityLoadBalancing,
  path: string,
  hasOutlierDetection: boolean,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  const { distribute = [], failover = [], failoverPriority = [] } = setting;
  if (distribute.length > 0 && failover.length > 0) {
    report(`${path}.failover`, 'only one of distribute and failover may be given', 'key');
    return;
  }
  const topology = failoverPriority.findIndex((label) => topologyLabels.has(label));
  if (failover.length > 0 && topology >= 0)
    report(
      `${path}.failoverPriority[${topology}]`,
      `${failoverPriority[topology]} cannot stand beside failover, which is about regions already`,
    );
  validateDistribution(distribute, `${path}.distribute`, report);
  if ((failover.length > 0 || failoverPriority.length > 0) && !hasOutlierDetection)
    warn(path, 'without outlierDetection no endpoint is ever unhealthy, and so nothing fails over', 'key');
  failover.forEach(({ from, to }, index) => {
    const at = `${path}.failover[${index}]`;
    if (from === to) report(at, 'failover must lead to another region', 'key');
    if (/[/]/.test(`${from}${to}`)) report(at, 'failover takes regions alone, without zone', 'key');
    if (/[*]/.test(`${from}${to}`)) report(at, 'failover takes no wildcard', 'key');
  });
}

function validateDistribution(
  distribute: NonNullable<LocalityLoadBalancing['distribute']>,
  path: string,
  report: Report,
): void {
  distribute.forEach(({ to }, index) => {
    const at = `${path}[${index}].to`;
    const weights = Object.values(to);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (weights.some((weight) => weight < 1 || weight > 100)) report(at, 'each weight must be from 1 to 100', 'key');
    else if (total !== 100) report(at, `the weights must add up to 100, not to ${total}`, 'key');
    else refuseOverlaps(Object.keys(to), at, report);
  });
  refuseOverlaps(
    distribute.map(({ from }) => from),
    path,
    report,
  );
}

function refuseOverlaps(localities: readonly string[], path: string, report: Report): void {
  const before: string[] = [];
  for (const locality of localities) {
    const shown = JSON.stringify(locality);
    if (locality.split('/', 3).some((part) => part === '')) {
      report(path, `${shown} has an empty part; a locality is region/zone/subzone`, 'key');
    } else if (locality.includes('*') && locality.indexOf('*') !== locality.length - 1) {
      report(path, `${shown}: a wildcard may only be the last part`, 'key');
    } else if (before.some((other) => covers(other, locality) || covers(locality, other))) {
      report(path, `${shown} overlaps with a locality before it`, 'key');
    }
    before.push(locality);
  }
}

/** "r", "r/*" and "*" take all below; "r/z" takes its subzones. */
function covers(wide: string, narrow: string): boolean {
  const base = wide === '*' ? '' : wide.replace(/\/\*$/, '');
  return base === '' || narrow === base || narrow.startsWith(`${base}/`);
}
