/** `kind: List`, as kubectl prints it: each of its items is a document of its own. */

import type { PlainDocument } from './documents.ts';
import { childPath, joinPath } from './path.ts';

/** The document itself where it is no list. Items keep the offsets of the file, but for `end`, which is the list's; lists inside of lists are unpacked too. */
export function unpackList(document: PlainDocument): readonly PlainDocument[] {
  const { value, base, places } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [document];
  const { kind, items } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !(kind === 'List' || (kind.endsWith('List') && Array.isArray(items)))) {
    return [document];
  }
  if (items === undefined || items === null) return [];
  const itemsPath = joinPath(base, 'items');
  if (!Array.isArray(items)) {
    const offset = places.get(itemsPath)?.value ?? document.start;
    return [{ ...document, value: undefined, problems: [{ offset, path: itemsPath, message: 'expected a list' }] }];
  }
  const startOf = (index: number): number | undefined => places.get(childPath(itemsPath, index))?.value;
  return items.flatMap((item: unknown, index) => {
    const start = startOf(index) ?? document.start;
    return unpackList({ ...document, value: item, base: childPath(itemsPath, index), start });
  });
}
