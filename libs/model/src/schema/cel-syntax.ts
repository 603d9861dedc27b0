/** Whether a text is an expression of CEL (cel-spec, doc/langdef.md: Syntax); what its names mean is not looked at. */

import { CelCursor, celReadProblem, UnreadableCel } from './cel-tokens.ts';

const depthMax = 100;
const charsMax = 16_384;

const pattern =
  /(?:\s+|\/\/[^\n]*)|(?<text>[rR]?[bB]?[rR]?(?:"""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'))|(?<name>[A-Za-z_]\w*)|(?<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?)|(?<sign>&&|\|\||==|!=|<=|>=|[-<>!().,[\]{}?:+*/%])/suy;

const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
/** Macros that name a variable, and how many arguments they may have. */
const comprehensions: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['map', [2, 3]],
  ['filter', [2]],
]);

/** What a parsed part is, as far as macros ask. */
type Shape = 'name' | 'member' | 'other';

/** A sentence for what is no expression; `undefined` where it is one. */
export function celSyntaxProblem(expression: string): string | undefined {
  const problem = celReadProblem(() => new Reader(expression, pattern, charsMax).all());
  return problem === undefined ? undefined : `not an expression of CEL: ${problem}`;
}

/** Descends by the grammar: ?: over || over && over relations over sums over products over negations over members. */
class Reader extends CelCursor {
  #depth = 0;

  all(): void {
    this.#expression();
    this.end();
  }

  #expression(): Shape {
    this.#depth += 1;
    if (this.#depth > depthMax) throw new UnreadableCel(`it is deeper than ${depthMax}`);
    let shape = this.#operands(0);
    if (this.takes('?')) {
      this.#operands(0);
      this.expect(':');
      this.#expression();
      shape = 'other';
    }
    this.#depth -= 1;
    return shape;
  }

  #operands(level: number): Shape {
    const signs = levels[level];
    if (signs === undefined) return this.#negated();
    let shape = this.#operands(level + 1);
    while (this.#isOneOf(signs)) {
      this.at += 1;
      this.#operands(level + 1);
      shape = 'other';
    }
    return shape;
  }

  #negated(): Shape {
    const sign = this.peek().text;
    if (this.peek().kind !== 'sign' || (sign !== '!' && sign !== '-')) return this.#member();
    while (this.takes(sign));
    this.#member();
    return 'other';
  }

  #member(): Shape {
    let shape = this.#primary();
    for (;;) {
      if (this.takes('[')) {
        this.#expression();
        this.expect(']');
        shape = 'other';
      } else if (this.takes('{')) {
        if (shape === 'other') this.stop();
        this.#entries(() => this.#name());
        shape = 'other';
      } else if (this.takes('.')) {
        const name = this.#name();
        shape = this.takes('(') ? this.#call(comprehensions.get(name)) : 'member';
      } else return shape;
    }
  }

  #primary(): Shape {
    if (this.takes('(')) {
      this.#expression();
      this.expect(')');
      return 'other';
    }
    if (this.takes('[')) {
      this.#list(']');
      return 'other';
    }
    if (this.takes('{')) {
      this.#entries(() => this.#expression());
      return 'other';
    }
    const { kind, text } = this.peek();
    if (kind === 'number' || kind === 'text') {
      this.at += 1;
      return 'other';
    }
    const isRooted = this.takes('.');
    if (!isRooted && (text === 'true' || text === 'false' || text === 'null')) {
      this.at += 1;
      return 'other';
    }
    const name = this.#name();
    if (reserved.has(name)) throw new UnreadableCel(`${name} is a reserved word`);
    if (!this.takes('(')) return isRooted ? 'other' : 'name';
    const shapes = this.#list(')');
    if (name === 'has' && (shapes.length !== 1 || shapes[0] !== 'member'))
      throw new UnreadableCel('has() takes a field of something');
    return 'other';
  }

  /** @param counts of the arguments of a macro whose first is a variable. */
  #call(counts: readonly number[] | undefined): Shape {
    const shapes = this.#list(')');
    if (counts?.includes(shapes.length) === true && shapes[0] !== 'name')
      throw new UnreadableCel('the variable of a macro must be a plain name');
    return 'other';
  }

  /** Items up to `close`; a list may have a comma at its end. */
  #list(close: ')' | ']'): Shape[] {
    const shapes: Shape[] = [];
    while (!this.takes(close)) {
      if (shapes.length > 0) this.expect(',');
      if (close === ']' && shapes.length > 0 && this.takes(close)) break;
      shapes.push(this.#expression());
    }
    return shapes;
  }

  #entries(key: () => void): void {
    for (let first = true; !this.takes('}'); first = false) {
      if (!first) this.expect(',');
      if (!first && this.takes('}')) return;
      key();
      this.expect(':');
      this.#expression();
    }
  }

  #name(): string {
    const { kind, text } = this.peek();
    if (kind !== 'name' || text === 'in' || text === 'true' || text === 'false' || text === 'null') this.stop();
    this.at += 1;
    return text;
  }

  #isOneOf(signs: ReadonlySet<string>): boolean {
    const { kind, text } = this.peek();
    return (kind === 'sign' || text === 'in') && kind !== 'text' && signs.has(text);
  }
}

/** Signs between operands, from those that bind least. */
const levels: readonly ReadonlySet<string>[] = [
  new Set(['||']),
  new Set(['&&']),
  new Set(['==', '!=', '<', '<=', '>', '>=', 'in']),
  new Set(['+', '-']),
  new Set(['*', '/', '%']),
];
