/** From the operator API's JSON of analyses and plans to its types. */

import { asNumber, asObject, asString, listOf } from '../decode.ts';
import type { AnalysisItem, PlanItem, PlannedItem, ReplayedRequests } from './types.ts';

export function decodeFinding(value: unknown): AnalysisItem {
  const item = asObject(value);
  const severity = asString(item['severity']);
  return {
    file: asString(item['file']),
    line: asNumber(item['line']),
    column: asNumber(item['column']),
    code: asString(item['code']),
    name: asString(item['name']),
    severity: severity === 'error' || severity === 'info' ? severity : 'warning',
    istio: listOf(item['istio'], asString),
    resource: asString(item['resource']),
    path: asString(item['path']),
    message: asString(item['message']),
  };
}

export function decodePlan(value: unknown): PlanItem {
  const plan = asObject(value);
  return {
    changes: listOf(plan['changes'], decodeChange),
    ...(plan['replay'] === undefined ? {} : { replay: decodeReplay(plan['replay']) }),
  };
}

function decodeChange(value: unknown): PlannedItem {
  const item = asObject(value);
  return {
    kind: asString(item['kind']),
    clients: listOf(item['clients'], asString),
    service: asString(item['service']),
    ports: listOf(item['ports'], asNumber),
    text: asString(item['text']),
    sentence: asString(item['sentence']),
    danger: asString(item['danger']),
  };
}

function decodeReplay(value: unknown): ReplayedRequests {
  const item = asObject(value);
  return {
    requests: asNumber(item['requests']),
    skipped: asNumber(item['skipped']),
    changed: asNumber(item['changed']),
    examples: listOf(item['examples'], (one) => {
      const example = asObject(one);
      return {
        request: asString(example['request']),
        before: asString(example['before']),
        after: asString(example['after']),
        count: asNumber(example['count']),
      };
    }),
  };
}
