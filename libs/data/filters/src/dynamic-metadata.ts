/** Writing Envoy's dynamic metadata of an exchange. */

import { type Exchange, SmallMap } from '@weft/data-runtime';

/** Adds the keys of `content` to a namespace. `content` is never changed: filters may give the same object for many exchanges. */
export function addMetadata(exchange: Exchange, namespace: string, content: Record<string, unknown>): void {
  exchange.metadata ??= new SmallMap();
  const known = exchange.metadata.get(namespace);
  if (known === content) return;
  exchange.metadata.set(namespace, known === undefined ? content : { ...known, ...content });
}
