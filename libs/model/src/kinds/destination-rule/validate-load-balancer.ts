/** Rules between the fields of a load balancer: hashing, localities. */

import { isSet, writtenAt } from '../../schema/written.ts';
import type { Report, ValidationContext } from '../definition.ts';
import { ringSizeMax } from './load-balancer-schema.ts';
import type { ConsistentHash, LoadBalancer } from './load-balancer-spec.ts';
import { validateLocalities } from './validate-localities.ts';

export function validateLoadBalancer(
  balancer: LoadBalancer,
  body: unknown,
  path: string,
  hasOutlierDetection: boolean,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  const { simple, consistentHash, localityLbSetting, warmup } = balancer;
  if (simple !== undefined && consistentHash !== undefined)
    report(path, 'only one of simple and consistentHash may be given', 'key');
  if (simple === 'LEAST_CONN') warn(`${path}.simple`, 'LEAST_CONN is deprecated; write LEAST_REQUEST');
  if (writtenAt(body, 'warmupDurationSecs') !== undefined)
    warn(`${path}.warmupDurationSecs`, 'warmupDurationSecs is deprecated; write warmup: { duration: … }', 'key');
  if (writtenAt(body, 'zoneAwareLbSetting') !== undefined)
    warn(`${path}.zoneAwareLbSetting`, 'zoneAwareLbSetting is not done yet in this version and has no effect', 'key');
  if (warmup !== undefined && (consistentHash !== undefined || simple === 'RANDOM' || simple === 'PASSTHROUGH'))
    warn(path, 'warmup has an effect with ROUND_ROBIN and LEAST_REQUEST only', 'key');
  if (consistentHash !== undefined)
    validateHash(consistentHash, writtenAt(body, 'consistentHash'), `${path}.consistentHash`, { report, warn });
  if (localityLbSetting !== undefined)
    validateLocalities(localityLbSetting, `${path}.localityLbSetting`, hasOutlierDetection, { report, warn });
}

function validateHash(
  hash: ConsistentHash,
  body: unknown,
  path: string,
  { report, warn }: Pick<ValidationContext, 'report' | 'warn'>,
): void {
  const keys = (['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'] as const).filter(
    (key) => hash[key] !== undefined,
  );
  if (keys.length > 1) report(path, `only one of ${keys.join(' and ')} may be given`, 'key');
  if (isSet(writtenAt(body, 'minimumRingSize'))) {
    warn(
      `${path}.minimumRingSize`,
      'minimumRingSize is deprecated here; write ringHash: { minimumRingSize: … }',
      'key',
    );
    if (writtenAt(body, 'ringHash') !== undefined || writtenAt(body, 'maglev') !== undefined)
      report(`${path}.minimumRingSize`, 'minimumRingSize cannot stand beside ringHash or maglev', 'key');
  }
  const size = writtenAt(body, 'ringHash', 'minimumRingSize');
  if (typeof size === 'number' && size > ringSizeMax)
    warn(`${path}.ringHash.minimumRingSize`, `Envoy's rings end at ${ringSizeMax}, which is used`);
  if (writtenAt(body, 'ringHash') !== undefined && hash.maglev !== undefined)
    report(path, 'only one of ringHash and maglev may be given', 'key');
  if (hash.maglev !== undefined) validateTableSize(hash.maglev.tableSize ?? 0, `${path}.maglev`, report);
}

const tableSizeMax = 5_000_011;

function validateTableSize(size: number, path: string, report: Report): void {
  if (size === 0) report(path, 'maglev needs a tableSize', 'key');
  else if (size >= tableSizeMax) report(`${path}.tableSize`, `tableSize must be less than ${tableSizeMax}`);
  else if (!isPrime(size)) report(`${path}.tableSize`, `tableSize ${size} is not a prime number`);
}

/** 1 counts, as in Envoy. */
function isPrime(value: number): boolean {
  if (value < 4) return value > 0;
  if (value % 2 === 0) return false;
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false;
  return true;
}
