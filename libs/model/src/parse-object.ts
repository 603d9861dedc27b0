/** One object that comes as JSON, from a Kubernetes API server → its resource, and every violation. */

import { kindDefinitions } from './kinds/registry.ts';
import { limits } from './limits.ts';
import { identityOf, kindOf, parseDocument, type ResourceIdentity, type Tell } from './parse-document.ts';
import type { AnyResource, Position, Violation } from './resource.ts';

export interface ParsedObject {
  /** Nothing where there are violations, and for a kind that the mesh does not read. */
  readonly resource: AnyResource | undefined;
  readonly violations: readonly Violation[];
  readonly warnings: readonly Violation[];
  /** Which resource it was meant to be, as far as it says so. */
  readonly identity: ResourceIdentity | undefined;
}

/**
 * As `parseDocuments`, without a text: every position is line 1, column 1 of `file`. Never throws. The resource keeps nothing of `value` but what its kind reads.
 * @param value as JSON.parse gives it; it may be frozen by this.
 */
export function parseObject(file: string, value: unknown): ParsedObject {
  const position: Position = Object.freeze({ file, line: 1, column: 1 });
  const confidential = isConfidential(value);
  const teller =
    (list: Violation[]): Tell =>
    (_offset, path, message) => {
      if (list.length >= limits.violationsMax) return;
      list.push({ ...position, path, message, ...(confidential ? { confidential } : {}) });
    };
  const violations: Violation[] = [];
  const warnings: Violation[] = [];
  const identity = identityOf(value);
  if (!isBounded(value)) {
    const message = `nested deeper than ${limits.depthMax}, or more than ${limits.nodesMax} values`;
    return { resource: undefined, violations: [{ ...position, path: '', message }], warnings, identity };
  }
  const document = { value, base: '', start: 0, end: 0, places: new Map(), problems: [] };
  const read = { locate: () => ({ line: 1, column: 1 }) };
  const parsed = parseDocument(file, document, read, teller(violations), teller(warnings));
  // The parser's own `at` would keep the whole object alive.
  const resource = parsed && (Object.freeze({ ...parsed, position, at: () => position }) as AnyResource);
  return { resource: violations.length > 0 ? undefined : resource, violations, warnings, identity };
}

function isConfidential(value: unknown): boolean {
  const kind = kindOf(value);
  return typeof kind === 'string' && kindDefinitions[kind].confidential === true;
}

/** Recursion of the parser is as deep as the value. */
function isBounded(value: unknown): boolean {
  let nodes = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    nodes += level.length;
    if (depth > limits.depthMax || nodes > limits.nodesMax) return false;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return true;
}
