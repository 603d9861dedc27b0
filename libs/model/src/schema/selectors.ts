/** Labels that select workloads: `selector.matchLabels` and `workloadSelector.labels`. */

import type { Report } from '../kinds/definition.ts';
import { apiObject, checkedString, mapOf } from './object.ts';

const valueProblem = (value: string): string | undefined => {
  if (value.includes('*')) return 'a selector takes no wildcard';
  return value.length > 63 ? 'a label value has at most 63 characters' : undefined;
};

const keyProblem = (key: string): string | undefined => {
  if (key === '') return 'a label of a selector needs a key';
  return key.includes('*') ? 'a selector takes no wildcard' : undefined;
};

const selected = mapOf(checkedString(valueProblem), keyProblem);

/** type.v1beta1: `{matchLabels}`; absent labels become {}. */
export function matchLabelsSelector(api: string) {
  return apiObject(api, { matchLabels: selected.default({}) });
}

/** networking.v1alpha3: `{labels}`; absent labels become {}. */
export function labelsSelector(api: string) {
  return apiObject(api, { labels: selected.default({}) });
}

/** Warns of a selector that is there and says nothing. */
export function checkSelector(labels: Readonly<Record<string, string>> | undefined, path: string, warn: Report): void {
  if (labels === undefined || Object.keys(labels).length > 0) return;
  warn(path, 'a selector without labels selects every workload of the namespace', 'key');
}
