/** How deep maps and lists are nested, told from the words of YAML alone, before the library recurses into them. */

export interface DepthMeter {
  /** Takes the next word of the lexer. */
  take(lexeme: string): void;
  /** Lists and maps open at this point; a list at the indentation of its map counts as one with it. */
  depth(): number;
  /** Where the last word begins. */
  offset(): number;
}

// The lexer's own marks (a document, the end of a flow, a scalar to come, a byte order mark): no part of the text, but for the last.
const documentMark = '\u0002';
const flowEndMark = '\u0018';
const scalarMark = '\u001f';

/**
 * Why: the library recurses for each level, and V8 ends the whole process when a regular expression has to be compiled on a stack that
 * is nearly full; a RangeError would be caught, that is not.
 */
export function createDepthMeter(): DepthMeter {
  /** Columns of the block collections that are open, ascending. */
  let columns: number[] = [];
  let flows = 0;
  let offset = 0;
  let next = 0;
  let lineStart = 0;
  let nodeStart: number | undefined;
  let scalarComes = false;

  const openBlock = (column: number): void => {
    while ((columns.at(-1) ?? -1) >= column) columns.pop();
    columns.push(column);
  };

  const takeMark = (lexeme: string): void => {
    const column = offset - lineStart;
    if (lexeme === '[' || lexeme === '{') {
      flows++;
      nodeStart ??= column;
    } else if (lexeme === ']' || lexeme === '}') flows = Math.max(0, flows - 1);
    else if (lexeme === '---' || lexeme === '...') columns = [];
    else if (flows > 0 || lexeme.startsWith('#') || lexeme.trim() === '') return;
    else if (lexeme === '-' || lexeme === '?') {
      openBlock(column);
      nodeStart = undefined;
    } else if (lexeme === ':') {
      openBlock(nodeStart ?? column);
      nodeStart = undefined;
    } else nodeStart ??= column;
  };

  return {
    depth: () => columns.length + flows,
    offset: () => offset,
    take(lexeme) {
      offset = next;
      if (lexeme === documentMark || lexeme === flowEndMark) return;
      if (lexeme === scalarMark) {
        scalarComes = true;
        return;
      }
      next += lexeme.length;
      if (scalarComes) {
        scalarComes = false;
        if (flows === 0) nodeStart ??= offset - lineStart;
      } else takeMark(lexeme);
      const lineEnd = lexeme.lastIndexOf('\n');
      if (lineEnd < 0) return;
      lineStart = offset + lineEnd + 1;
      if (flows === 0) nodeStart = undefined;
    },
  };
}
