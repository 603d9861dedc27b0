/** Text of a configuration file → resources, and every violation with its place. */

import { kindDefinitions } from './kinds/registry.ts';
import { limits } from './limits.ts';
import { identityOf, kindOf, parseDocument, type ResourceIdentity, type Tell } from './parse-document.ts';
import type { AnyResource, Violation } from './resource.ts';
import { type PlainDocument, readDocuments } from './yaml/documents.ts';
import { unpackList } from './yaml/list-items.ts';

export interface ParsedFile {
  /** In the order of the file; a document with a violation gives none. */
  readonly resources: AnyResource[];
  /** In the order of the file. */
  readonly violations: Violation[];
  /** What is taken and probably not meant, or deprecated; in the order of the file. */
  readonly warnings: Violation[];
  /** For each of `resources`, at the same index: the text of its document alone. */
  readonly texts: string[];
  /** Which resources the documents with violations were meant to be, as far as they say so. */
  readonly broken: ResourceIdentity[];
  /** A document could not be read as YAML, so that nobody knows which resource it was meant to be. */
  readonly unreadable: boolean;
}

/**
 * Parses and validates every document of a file. Never throws; all violations at once, at most `limits.violationsMax` and one that says so.
 * A broken document does not take the others down: whether a file with violations is used at all is the source's decision.
 * @param file as positions shall name it.
 */
export function parseDocuments(file: string, text: string): ParsedFile {
  const read = readDocuments(text);
  const resources: AnyResource[] = [];
  const violations: Violation[] = [];
  const warnings: Violation[] = [];
  const texts: string[] = [];
  const broken: ResourceIdentity[] = [];
  let unreadable = read.problems.length > 0;
  let confidential = false;
  const teller =
    (list: Violation[]): Tell =>
    (offset, path, message) => {
      list.push({ file, ...read.locate(offset), path, message, ...(confidential ? { confidential } : {}) });
    };
  const tell = teller(violations);
  for (const document of read.documents.flatMap(unpackList)) {
    confidential = mayBeConfidential(document, text);
    const before = violations.length;
    for (const { offset, path, message } of document.problems) {
      tell(offset, path, confidential ? message.replaceAll(/\*\S+/g, '*…') : message);
    }
    if (violations.length > before) {
      unreadable = true;
      continue;
    }
    const resource = parseDocument(file, document, read, tell, teller(warnings));
    if (violations.length > before) {
      const identity = identityOf(document.value);
      if (identity !== undefined) broken.push(identity);
      continue;
    }
    if (resource === undefined) continue;
    resources.push(resource);
    texts.push(textOf(document, text));
  }
  confidential = false;
  for (const { offset, path, message } of read.problems) tell(offset, path, message);
  return {
    resources,
    violations: inOrder(violations, 'violations'),
    warnings: inOrder(warnings, 'warnings'),
    texts,
    broken,
    unreadable,
  };
}

function inOrder(found: Violation[], what: string): Violation[] {
  found.sort((a, b) => a.line - b.line || a.column - b.column);
  const more = found.length - limits.violationsMax;
  const last = found[limits.violationsMax];
  if (more <= 0 || last === undefined) return found;
  return [...found.slice(0, limits.violationsMax), { ...last, path: '', message: `${more} more ${what} from here on` }];
}

/** From the start of the line of the first key where only spaces are before it, so that the indentation holds; an item of a List as JSON. */
function textOf(document: PlainDocument, text: string): string {
  if (document.base !== '') return `${JSON.stringify(document.value, null, 2)}\n`;
  const lineStart = text.lastIndexOf('\n', document.start - 1) + 1;
  const start = text.slice(lineStart, document.start).trim() === '' ? lineStart : document.start;
  return `${text.slice(start, document.end).trimEnd()}\n`;
}

/** By its kind, or where it could not be read, by a line that says the kind. */
function mayBeConfidential(document: PlainDocument, text: string): boolean {
  if (document.value === undefined)
    return /\bkind["']?\s*:\s*["']?Secret\b/.test(text.slice(document.start, document.end));
  const kind = kindOf(document.value);
  return typeof kind === 'string' && kindDefinitions[kind].confidential === true;
}
