/** YAML text to plain values with the place of every key and value, within bounds. */

import { Composer, type CST, Lexer, LineCounter, Parser, type Document as YamlDocument } from 'yaml';
import { limits } from '../limits.ts';
import { convert, type Place, type Problem } from './convert.ts';
import { createDepthMeter } from './depth-meter.ts';

export interface PlainDocument {
  /** JSON values only; undefined where there is a problem. */
  readonly value: unknown;
  /** Where it lies in the document of the file: "items[2]" for an item of a List, else empty. */
  readonly base: string;
  /** Offset of the first key. */
  readonly start: number;
  /** Behind the last line. */
  readonly end: number;
  /** Path → offsets. */
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: readonly Problem[];
}

export interface DocumentsOfFile {
  readonly documents: readonly PlainDocument[];
  /** What concerns the whole file; the documents before it stand. */
  readonly problems: readonly Problem[];
  /** Line and column, from 1, of an offset. */
  locate(offset: number): { line: number; column: number };
}

/**
 * Splits a file into its documents; empty ones are left out. Never throws: what is not YAML, too large, too deep or not JSON is a problem.
 * The YAML library's own check of duplicate keys is quadratic, so keys are checked while converting.
 */
export function readDocuments(text: string): DocumentsOfFile {
  const lineCounter = new LineCounter();
  const documents: PlainDocument[] = [];
  const problems: Problem[] = [];
  const locate = (offset: number): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (text.length > limits.fileLengthMax) {
    problems.push({ offset: 0, path: '', message: `the file is larger than ${limits.fileLengthMax} characters` });
    return { documents, problems, locate };
  }
  const budget = { nodes: limits.nodesMax };
  try {
    const composer = new Composer({ uniqueKeys: false, merge: true, lineCounter, prettyErrors: false });
    for (const composed of composer.compose(tokensOf(text, lineCounter, problems))) {
      const document = toPlain(composed as YamlDocument.Parsed, budget);
      if (document === undefined) continue;
      if (documents.length === limits.documentsMax) {
        problems.push({
          offset: document.start,
          path: '',
          message: `the file has more than ${limits.documentsMax} documents; the rest was not read`,
        });
        break;
      }
      documents.push(document);
      if (budget.nodes <= 0) break;
    }
  } catch (error) {
    problems.push({ offset: 0, path: '', message: `not readable as YAML: ${describe(error)}` });
  }
  return { documents, problems, locate };
}

/** The library builds all of a document before it can be judged, so what is far too much is refused here, word by word. */
function* tokensOf(text: string, lineCounter: LineCounter, problems: Problem[]): Generator<CST.Token, void> {
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  const meter = createDepthMeter();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    meter.take(lexeme);
    if (meter.depth() > limits.depthMax) {
      const message = `nested deeper than ${limits.depthMax}; the rest was not read`;
      problems.push({ offset: meter.offset(), path: '', message });
      return;
    }
    if (++count > limits.lexemesMax) {
      problems.push({
        offset: meter.offset(),
        path: '',
        message: `the file has more than ${limits.lexemesMax} words and marks`,
      });
      return;
    }
    yield* parser.next(lexeme);
  }
  yield* parser.end();
}

function describe(error: unknown): string {
  if (error instanceof RangeError) return 'values are nested too deeply';
  return error instanceof Error ? error.message : String(error);
}

/** The library quotes the text that it stumbled over, which may be a secret. */
function withoutSource(message: string): string {
  return message.replace(/(\btoken\b.*?): ".*$/s, '$1');
}

function toPlain(document: YamlDocument.Parsed, budget: { nodes: number }): PlainDocument | undefined {
  const start = document.contents?.range[0] ?? document.range[0];
  const end = document.contents?.range[2] ?? document.range[2];
  const places = new Map<string, Place>();
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    path: '',
    message: withoutSource(error.message),
  }));
  if (problems.length > 0) return { value: undefined, base: '', start, end, places, problems };
  if (document.contents === null) return undefined;
  const value = convert(document.contents, budget, places, problems);
  if (value === null && problems.length === 0) return undefined;
  return { value: problems.length > 0 ? undefined : value, base: '', start, end, places, problems };
}
