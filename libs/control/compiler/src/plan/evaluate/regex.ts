/** Patterns of users: RE2 over the whole text, each compiled once. */

import { RE2JS } from 're2js';

/** Compiled patterns kept; the longest unused goes first. */
const patternsMax = 1_000;

const compiled = new Map<string, RE2JS | undefined>();

/** False for a pattern that is none: a proxy refuses it. */
export function fullyMatches(pattern: string, text: string): boolean {
  return patternOf(pattern)?.matcher(text).matches() ?? false;
}

/** All that fits, replaced; "\1" is a group. */
export function replaceAll(pattern: string, text: string, substitution: string): string {
  const replacement = substitution.replaceAll('$', '\\$').replaceAll(/\\(\d)/g, '$$$1');
  return patternOf(pattern)?.matcher(text).replaceAll(replacement) ?? text;
}

function patternOf(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) {
    const known = compiled.get(pattern);
    compiled.delete(pattern);
    compiled.set(pattern, known);
    return known;
  }
  let made: RE2JS | undefined;
  try {
    made = RE2JS.compile(pattern);
  } catch {
    made = undefined;
  }
  compiled.set(pattern, made);
  if (compiled.size > patternsMax) {
    for (const oldest of compiled.keys()) {
      compiled.delete(oldest);
      break;
    }
  }
  return made;
}
