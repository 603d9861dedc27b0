/** Short forms that many areas of the table use. */

import type { JsonObject } from '@bufbuild/protobuf';
import type { CaseCluster } from '../traffic-case.ts';

/** A route action: the cluster, no timeout. */
export const to = (cluster: string, more: JsonObject = {}): JsonObject => ({ cluster, timeout: '0s', ...more });

/** A route that takes every path. */
export const all = (cluster = 'a', more: JsonObject = {}): JsonObject => ({
  match: { prefix: '/' },
  route: to(cluster, more),
});

/** A route of a prefix. */
export const prefix = (path: string, cluster: string, more: JsonObject = {}): JsonObject => ({
  match: { prefix: path },
  route: to(cluster, more),
});

/** A route with a condition, before one that takes the rest to "b". */
export const when = (match: JsonObject): readonly JsonObject[] => [
  { match: { prefix: '/', ...match }, route: to('a') },
  all('b'),
];

/** Header value option. */
export const set = (key: string, value: string, append_action = 'OVERWRITE_IF_EXISTS_OR_ADD'): JsonObject => ({
  header: { key, value },
  append_action,
});

/** "a" over h2c. */
export const h2cluster: Readonly<Record<string, CaseCluster>> = { a: { endpoints: ['a'], http2: true } };

export const type = (name: string): string => `type.googleapis.com/${name}`;
