/** User regexes on RE2 (linear time), with the common plain shapes taken out of it. */

import type { RegexMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/regex';
import { RE2JS } from 're2js';
import { refuse } from '../check/refuse.ts';

export type TextTest = (text: string) => boolean;

const metaCharacters = /[\\^$.|?*+()[\]{}]/;

/** Matches the whole text. @throws WeftError `config_rejected` for a pattern that RE2 does not take. */
export function compileFullMatch(matcher: RegexMatcher, where: string): TextTest {
  const pattern = matcher.regex;
  if (pattern === '') refuse(where, 'regex is empty');
  if (!metaCharacters.test(pattern)) return (text) => text === pattern;
  const literal = pattern.slice(0, -2);
  if (pattern.endsWith('.*') && !metaCharacters.test(literal)) {
    // "." is any character but a line feed, which neither a path nor a header value holds.
    return (text) => text.startsWith(literal);
  }
  const compiled = compile(pattern, where);
  return (text) => compiled.matches(text);
}

/** What every text that the pattern takes whole must begin with; empty: nothing is known of it. */
export function literalHead(pattern: string): string {
  if (pattern.includes('|')) return '';
  const found = /[\\^$.?*+()[\]{}]/.exec(pattern);
  if (found === null) return pattern;
  // The character before these may be there no time at all.
  const optional = '?*{'.includes(found[0]);
  return pattern.slice(0, Math.max(0, optional ? found.index - 1 : found.index));
}

/**
 * Replaces every match, `\1` to `\9` standing for groups and `\0` for the whole match (RE2::GlobalReplace, which
 * Envoy's regex_rewrite is).
 */
export function compileReplace(
  matcher: RegexMatcher | undefined,
  substitution: string,
  where: string,
): (text: string) => string {
  if (matcher === undefined) refuse(where, 'regex_rewrite has no pattern');
  const compiled = compile(matcher.regex, where);
  const pieces = parseSubstitution(substitution, compiled.groupCount(), where);
  return (text) => {
    const match = compiled.matcher(text);
    let result = '';
    let end = 0;
    while (match.find()) {
      result += text.slice(end, match.start());
      for (const piece of pieces) result += typeof piece === 'string' ? piece : (match.group(piece) ?? '');
      end = match.end();
    }
    return result + text.slice(end);
  };
}

function compile(pattern: string, where: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return refuse(where, `regex ${JSON.stringify(pattern)}: ${error instanceof Error ? error.message : 'invalid'}`);
  }
}

function parseSubstitution(substitution: string, groups: number, where: string): (string | number)[] {
  const pieces: (string | number)[] = [];
  let text = '';
  for (let at = 0; at < substitution.length; at += 1) {
    const char = substitution.charAt(at);
    if (char !== '\\') {
      text += char;
      continue;
    }
    at += 1;
    const next = substitution.charAt(at);
    if (next === '\\') {
      text += next;
    } else if (next >= '0' && next <= '9' && next !== '') {
      if (Number(next) > groups) refuse(where, `regex_rewrite.substitution: the pattern has no group ${next}`);
      pieces.push(text, Number(next));
      text = '';
    } else {
      refuse(where, 'regex_rewrite.substitution: a backslash must be followed by a digit or a backslash');
    }
  }
  pieces.push(text);
  return pieces.filter((piece) => piece !== '');
}
