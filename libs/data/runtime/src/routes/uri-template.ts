/** Envoy's URI templates: matching a path, and making another of its parts. */

import { RE2JS } from 're2js';
import { refuse } from '../check/refuse.ts';

export interface UriTemplate {
  /** @param path without query. */
  test(path: string): boolean;
  /** All paths that pass begin with this. */
  readonly head: string;
  readonly names: readonly string[];
  /** Values of `names` in a path that passes the test; nothing: it does not. */
  values(path: string): readonly string[] | undefined;
}

/** Variables of one template, as in Envoy. */
const variablesMax = 5;
const segmentPattern = "[a-zA-Z0-9\\-._~%!$&'()*+,;:@=]+";
const restPattern = "[a-zA-Z0-9\\-._~%!$&'()*+,;:@=/]*";
const literal = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=/]+/;

interface State {
  readonly where: string;
  readonly names: string[];
  pattern: string;
  head: string;
  /** Up to the first operator everything belongs to the head. */
  fixed: boolean;
  /** After "**" no operator may follow. */
  closed: boolean;
  /** This segment has had its operator or variable. */
  used: boolean;
}

/**
 * "*" is one segment, "**" any number of characters and the last operator, "{name}" and "{name=videos/*}" keep what they took.
 * @throws WeftError `config_rejected`
 */
export function compileUriTemplate(template: string, where: string): UriTemplate {
  if (!template.startsWith('/')) refuse(where, `template ${JSON.stringify(template)} does not begin with "/"`);
  if (template.includes('//')) refuse(where, `template ${JSON.stringify(template)} has an empty segment`);
  const state: State = { where, names: [], pattern: '', head: '', fixed: true, closed: false, used: false };
  parse(template, state, true);
  const compiled = RE2JS.compile(state.pattern);
  const { names, head } = state;
  return {
    test: (path) => path.startsWith(head) && compiled.matches(path),
    head,
    names,
    values(path) {
      const match = compiled.matcher(path);
      if (!match.matches()) return undefined;
      return names.map((_name, index) => match.group(index + 1) ?? '');
    },
  };
}

function parse(text: string, state: State, variables: boolean): void {
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    if (rest.startsWith('*')) {
      // Envoy takes a star elsewhere for a letter that never matches itself.
      if (at > 0 && text.charAt(at - 1) !== '/') refuse(state.where, 'template: an operator begins a segment');
      at += operator(rest, state);
      continue;
    }
    if (rest.startsWith('{') && variables) {
      at += variable(rest, state);
      continue;
    }
    const plain = literal.exec(rest)?.[0];
    if (plain === undefined) refuse(state.where, `template: ${JSON.stringify(rest.charAt(0))} may not stand here`);
    state.pattern += RE2JS.quote(plain);
    if (state.fixed) state.head += plain;
    if (plain.includes('/')) state.used = false;
    at += plain.length;
  }
}

/** @returns characters taken. */
function operator(rest: string, state: State): number {
  const many = rest.startsWith('**');
  open(state);
  state.closed = many;
  state.pattern += many ? restPattern : segmentPattern;
  return many ? 2 : 1;
}

function variable(rest: string, state: State): number {
  const end = rest.indexOf('}');
  if (end === -1) refuse(state.where, 'template: a variable is not closed');
  const [name = '', ...more] = rest.slice(1, end).split('=');
  if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) refuse(state.where, `template: ${JSON.stringify(name)} is no variable`);
  if (state.names.includes(name)) refuse(state.where, `template: variable ${name} stands twice`);
  if (state.names.length === variablesMax) refuse(state.where, `template: over ${variablesMax} variables`);
  const inner = more.length === 0 ? '*' : more.join('=');
  if (inner === '') refuse(state.where, `template: variable ${name} has no pattern`);
  state.names.push(name);
  if (state.used) refuse(state.where, 'template: a segment has one operator');
  state.fixed = false;
  state.pattern += '(';
  parse(inner, state, false);
  state.pattern += ')';
  state.used = true;
  return end + 1;
}

function open(state: State): void {
  if (state.closed) refuse(state.where, 'template: no operator may follow "**"');
  if (state.used) refuse(state.where, 'template: a segment has one operator');
  state.fixed = false;
  state.used = true;
}

/**
 * Makes a path of the variables of a matched one. @param rewrite "/{two}/{one}".
 * @throws WeftError `config_rejected` for a variable that the match does not have.
 */
export function compileTemplateRewrite(
  rewrite: string,
  template: UriTemplate,
  where: string,
): (path: string) => string {
  if (!rewrite.startsWith('/')) refuse(where, `template ${JSON.stringify(rewrite)} does not begin with "/"`);
  const pieces: (string | number)[] = [];
  for (const piece of rewrite.split(/(\{[^}]*\})/)) {
    if (!piece.startsWith('{')) {
      if (/[{}*]/.test(piece)) refuse(where, `template ${JSON.stringify(rewrite)} is not valid`);
      if (piece !== '') pieces.push(piece);
      continue;
    }
    const index = template.names.indexOf(piece.slice(1, -1));
    if (index === -1) refuse(where, `template: the match has no variable ${piece.slice(1, -1)}`);
    pieces.push(index);
  }
  return (path) => {
    const values = template.values(path);
    if (values === undefined) return path;
    let made = '';
    for (const piece of pieces) made += typeof piece === 'string' ? piece : (values[piece] ?? '');
    return made;
  };
}
