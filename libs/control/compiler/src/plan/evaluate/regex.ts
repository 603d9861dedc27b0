/** Patterns of users: RE2 over the whole text, each compiled once. */

import { RE2JS } from 're2js';

/** Compiled patterns kept; the longest unused goes first. */
const patternsMax = 1_000;

export interface Patterns {
  /** False for a pattern that is none: a proxy refuses it. */
  fullyMatches(pattern: string, text: string): boolean;
  /** All that fits, replaced: "\1" is a group, "\0" what fits, "\\" a backslash (RE2::GlobalReplace). */
  replaceAll(pattern: string, text: string, substitution: string): string;
}

/** @param compile throws for a pattern that is none; replaced in tests. */
export function createPatterns(
  keptMax = patternsMax,
  compile: (pattern: string) => RE2JS = (pattern) => RE2JS.compile(pattern),
): Patterns {
  const compiled = new Map<string, RE2JS | undefined>();

  const make = (pattern: string): RE2JS | undefined => {
    try {
      return compile(pattern);
    } catch {
      return undefined;
    }
  };
  const patternOf = (pattern: string): RE2JS | undefined => {
    const known = compiled.has(pattern);
    const found = known ? compiled.get(pattern) : make(pattern);
    compiled.delete(pattern);
    compiled.set(pattern, found);
    const [oldest] = compiled.keys();
    if (compiled.size > keptMax && oldest !== undefined) compiled.delete(oldest);
    return found;
  };

  return {
    fullyMatches: (pattern, text) => patternOf(pattern)?.matcher(text).matches() ?? false,
    replaceAll(pattern, text, substitution) {
      const match = patternOf(pattern)?.matcher(text);
      let result = '';
      let end = 0;
      while (match?.find()) {
        const group = (_: string, one: string): string => (one === '\\' ? one : (match.group(Number(one)) ?? ''));
        result += text.slice(end, match.start()) + substitution.replaceAll(/\\([\d\\])/g, group);
        end = match.end();
      }
      return result + text.slice(end);
    },
  };
}

/** Plans ask the same patterns again and again. */
const ofThisProcess = createPatterns();
export const fullyMatches = ofThisProcess.fullyMatches;
export const replaceAll = ofThisProcess.replaceAll;
