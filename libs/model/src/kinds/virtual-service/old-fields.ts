/** Warnings of fields of an HTTP rule that are deprecated or do nothing. */

import { isSet, writtenAt } from '../../schema/written.ts';
import type { Report } from '../definition.ts';
import { redirectCodes } from './http-schema.ts';
import type { HttpRule } from './http-spec.ts';

/** @param body the rule as written. */
export function warnOfOldFields(rule: HttpRule, body: unknown, path: string, warn: Report): void {
  for (const field of ['mirrorPercent', 'mirror_percent'])
    if (writtenAt(body, field) !== undefined)
      warn(`${path}.${field}`, `${field} is deprecated; write mirrorPercentage: { value: … }`, 'key');
  if (writtenAt(body, 'corsPolicy', 'allowOrigin') !== undefined)
    warn(`${path}.corsPolicy.allowOrigin`, 'allowOrigin is deprecated; write allowOrigins: [{ exact: … }]', 'key');
  if (isSet(writtenAt(body, 'fault', 'delay', 'percent')))
    warn(`${path}.fault.delay.percent`, 'percent is deprecated; write percentage: { value: … }', 'key');
  warnOfIdleFaults(rule, body, path, warn);
  const code = writtenAt(body, 'redirect', 'redirectCode');
  if (isSet(code) && typeof code === 'number' && !redirectCodes.includes(code))
    warn(`${path}.redirect.redirectCode`, `a redirect has no code ${code}; 301 is sent`);
  for (const [field, fields] of Object.entries({ directResponse: ['status'], fault: ['abort', 'httpStatus'] }))
    if (writtenAt(body, field, ...fields) === 600)
      warn(`${path}.${field}.${fields.join('.')}`, 'there is no status 600; 599 is sent');
  if (rule.delegate !== undefined && rule.directResponse !== undefined)
    warn(`${path}.directResponse`, 'a rule that delegates has no answer of its own; this has no effect', 'key');
  if (rule.delegate?.name === '')
    warn(`${path}.delegate`, 'it names no VirtualService, and so the rule is left out', 'key');
}

function warnOfIdleFaults(rule: HttpRule, body: unknown, path: string, warn: Report): void {
  const { delay, abort } = rule.fault ?? {};
  if (abort === undefined && writtenAt(body, 'fault', 'abort') !== undefined)
    warn(`${path}.fault.abort`, 'an abort without httpStatus or grpcStatus does nothing', 'key');
  if (delay === undefined && writtenAt(body, 'fault', 'delay') !== undefined)
    warn(`${path}.fault.delay`, 'a delay without fixedDelay does nothing', 'key');
  for (const [name, fault] of [
    ['abort', abort],
    ['delay', delay],
  ] as const) {
    if (fault !== undefined && (fault.percentage?.value ?? 0) === 0)
      warn(`${path}.fault.${name}`, 'without a percentage above 0 no request is affected', 'key');
  }
}
