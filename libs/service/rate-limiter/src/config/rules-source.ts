/** Limits from a file or a folder, read again when it changes. What is wrong leaves the last good limits in force. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Cancel, Clock } from '@weft/kernel';
import { parseRules, type Violation } from './parse-rules.ts';
import type { RuleNode, Rules } from './rules.ts';

export interface RulesSource {
  readonly current: Rules;
  /** Reads again where the files are others than last time. */
  refresh(): void;
  stop(): void;
}

export interface RulesSourceOptions {
  /** A YAML file, or a folder of them: one domain each. */
  readonly path: string;
  readonly clock: Clock;
  readonly onLoaded: (rules: Rules) => void;
  readonly onViolations: (violations: readonly Violation[]) => void;
}

const refreshMs = 1_000;
/** Files of a folder. */
export const filesMax = 256;
/** Of one file. */
export const fileBytesMax = 4 * 1024 * 1024;

/** @returns violations where the first reading has some. */
export function openRules({
  path,
  clock,
  onLoaded,
  onViolations,
}: RulesSourceOptions): RulesSource | readonly Violation[] {
  let texts = readTexts(path);
  const first = parseAll(texts);
  if (Array.isArray(first)) return first as readonly Violation[];
  let current = first as Rules;
  onLoaded(current);
  const refresh = (): void => {
    const next = readTexts(path);
    if (isSame(next, texts)) return;
    texts = next;
    const parsed = parseAll(next);
    if (Array.isArray(parsed)) {
      onViolations(parsed as readonly Violation[]);
      return;
    }
    current = parsed as Rules;
    onLoaded(current);
  };
  const stop: Cancel = clock.every(refreshMs, refresh);
  return {
    get current() {
      return current;
    },
    refresh,
    stop,
  };
}

/** File → content, or why it cannot be read. */
type Texts = ReadonlyMap<string, string | Error>;

function readTexts(path: string): Texts {
  const texts = new Map<string, string | Error>();
  try {
    const files = statSync(path).isDirectory() ? yamlFilesOf(path) : [path];
    for (const file of files) texts.set(file, readText(file));
  } catch (error) {
    texts.set(path, error as Error);
  }
  return texts;
}

function yamlFilesOf(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'));
  if (names.length > filesMax) throw new Error(`more than ${filesMax} files`);
  return names.sort().map((name) => join(folder, name));
}

function readText(file: string): string | Error {
  if (statSync(file).size > fileBytesMax) return new Error(`it is over ${fileBytesMax} bytes`);
  return readFileSync(file, 'utf8');
}

function isSame(a: Texts, b: Texts): boolean {
  if (a.size !== b.size) return false;
  for (const [file, text] of a) if (String(text) !== String(b.get(file))) return false;
  return true;
}

function parseAll(texts: Texts): Rules | readonly Violation[] {
  const rules = new Map<string, RuleNode>();
  const violations: Violation[] = [];
  for (const [file, text] of texts) {
    if (text instanceof Error) {
      violations.push({ file, line: 1, message: text.message });
      continue;
    }
    const parsed = parseRules(file, text);
    if (Array.isArray(parsed)) violations.push(...(parsed as readonly Violation[]));
    else if ('domain' in parsed) {
      if (rules.has(parsed.domain))
        violations.push({ file, line: 1, message: `domain ${parsed.domain} stands in another file too` });
      rules.set(parsed.domain, parsed.root);
    }
  }
  if (texts.size === 0) violations.push({ file: '', line: 1, message: 'the folder has no YAML file' });
  return violations.length > 0 ? violations : rules;
}
