/** What expressions of CEL are read by: their tokens, one after the other. Which texts are tokens is the reader's to say. */

export interface CelToken {
  readonly kind: 'text' | 'name' | 'number' | 'sign' | 'end';
  readonly text: string;
}

/** The message is for a sentence about the expression. */
export class UnreadableCel extends Error {}

const end: CelToken = { kind: 'end', text: 'its end' };
const kinds = ['text', 'name', 'number', 'sign'] as const;

/** Base of the readers, which descend by their grammars. */
export class CelCursor {
  protected at = 0;
  readonly #tokens: readonly CelToken[];

  /**
   * @param pattern sticky; its named groups are the kinds of tokens, what matches without one is skipped.
   * @param charsMax of the expression. @throws UnreadableCel
   */
  constructor(expression: string, pattern: RegExp, charsMax: number) {
    if (expression.length > charsMax) throw new UnreadableCel(`it is longer than ${charsMax} characters`);
    this.#tokens = tokensOf(expression, pattern);
  }

  /** @throws UnreadableCel when something is left. */
  end(): void {
    if (this.peek() !== end) this.stop();
  }

  protected peek(ahead = 0): CelToken {
    return this.#tokens[this.at + ahead] ?? end;
  }

  protected takes(sign: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'sign' || text !== sign) return false;
    this.at += 1;
    return true;
  }

  protected expect(sign: string): void {
    if (!this.takes(sign)) this.stop();
  }

  protected stop(): never {
    throw new UnreadableCel(`${this.peek().text} is not read where it stands`);
  }
}

/** @returns what `read` finds unreadable, for a sentence; nothing where it reads all. */
export function celReadProblem(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableCel) return error.message;
    throw error;
  }
}

function tokensOf(expression: string, pattern: RegExp): CelToken[] {
  const tokens: CelToken[] = [];
  for (let at = 0; at < expression.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const groups = pattern.exec(expression)?.groups;
    if (groups === undefined) throw new UnreadableCel(`${JSON.stringify(expression.slice(at, at + 16))} is not read`);
    for (const kind of kinds) {
      const text = groups[kind];
      if (text !== undefined) tokens.push({ kind, text });
    }
  }
  return tokens;
}
