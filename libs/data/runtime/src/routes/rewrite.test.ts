/** New paths and hosts, and URI templates. Envoy 1.40 gave the expectations for templates. */

import type { JsonValue } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchange, forwardOf, onlyRoute, refusal, request, tableOfRoutes, typed } from './testing/route-fixtures.ts';
import { compileUriTemplate } from './uri-template.ts';

type Json = { readonly [key: string]: JsonValue };
const templateMatch = (path_template: string): Json => ({
  path_match_policy: {
    name: 't',
    typed_config: typed(
      { typeName: 'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig' },
      { path_template },
    ),
  },
});
const templateRewrite = (path_template_rewrite: string): Json => ({
  path_rewrite_policy: {
    name: 'r',
    typed_config: typed(
      { typeName: 'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig' },
      { path_template_rewrite },
    ),
  },
});

function rewritten(match: Json, action: Json, path: string): string | undefined {
  const found = tableOfRoutes([{ match, route: { cluster: 'a', ...action } }]).match(request(`GET a${path}`));
  if (found?.action.kind !== 'forward') return undefined;
  return found.action.rewritePath?.(path, exchange(`GET a${path}`));
}

describe('the path of a forwarded request', () => {
  const regex = (pattern: string, substitution: string) => ({
    regex_rewrite: { pattern: { regex: pattern }, substitution },
  });
  it.each([
    ['a prefix', { prefix: '/x' }, { prefix_rewrite: '/new' }, '/x/y', '/new/y'],
    ['a prefix in another case', { prefix: '/X', case_sensitive: false }, { prefix_rewrite: '/new' }, '/x/y', '/new/y'],
    ['a separated prefix', { path_separated_prefix: '/x' }, { prefix_rewrite: '/new' }, '/x', '/new'],
    ['an exact path', { path: '/x' }, { prefix_rewrite: '/new' }, '/x', '/new'],
    ['a regex match', { safe_regex: { regex: '/x.*' } }, { prefix_rewrite: '/new' }, '/x/y', '/new'],
    ['a regex', { prefix: '/' }, regex('/(\\w+)/(\\d+)', '/\\2/\\1'), '/x/12/z', '/12/x/z'],
    ['every match of a regex', { prefix: '/' }, regex('a', 'b'), '/a/a', '/b/b'],
    ['variables', templateMatch('/t/{a}/x/{b=**}'), templateRewrite('/{b}/{a}'), '/t/1/x/y/z', '/y/z/1'],
    ['an empty variable', templateMatch('/t/{a}/x/{b=**}'), templateRewrite('/{b}/{a}'), '/t/1/x/', '//1'],
  ])('is rewritten by %s', (_name, match, action, before, after) => {
    expect(rewritten(match, action, before)).toBe(after);
  });

  it.each([
    [{ prefix: '/' }, { prefix_rewrite: '/a', ...regex('a', 'b') }, 'only one of prefix_rewrite'],
    [{ prefix: '/' }, templateRewrite('/a'), 'it needs a path_match_policy'],
    [templateMatch('/{a}'), { prefix_rewrite: '/a' }, 'prefix_rewrite does not go with path_match_policy'],
    [templateMatch('/{a}'), templateRewrite('/{b}'), 'the match has no variable b'],
    [templateMatch('/{a}'), templateRewrite('{a}'), 'does not begin with "/"'],
    [templateMatch('/{a}'), templateRewrite('/{a'), 'is not valid'],
    [{ prefix: '/' }, regex('a', '\\1'), 'the pattern has no group 1'],
    [{ prefix: '/' }, regex('(', 'b'), 'regex "("'],
  ])('is refused for %j with %j', (match, action, message) => {
    expect(refusal(() => rewritten(match, action, '/'))).toContain(message);
  });
});

describe('the host of a forwarded request', () => {
  it.each([
    ['a literal', { host_rewrite_literal: 'new' }, 'new'],
    ['a header', { host_rewrite_header: 'X-Host' }, 'from-header'],
    ['a header that is missing', { host_rewrite_header: 'x-none' }, undefined],
    [
      'its path',
      { host_rewrite_path_regex: { pattern: { regex: '^/([a-z]+).*$' }, substitution: '\\1.test' } },
      'abc.test',
    ],
  ])('is rewritten by %s', (_name, action, expected) => {
    const asked = exchange('GET a/abc/d?q', ['x-host', 'from-header']);
    expect(forwardOf(action).rewriteAuthority?.(asked)).toBe(expected);
  });

  it('stays where nothing is said', () => {
    expect(onlyRoute({ route: { cluster: 'a' } }).action).toMatchObject({
      rewriteAuthority: undefined,
      autoHostRewrite: false,
    });
  });
});

describe('a URI template', () => {
  it.each([
    ['/*.m4s', '/x.m4s', true],
    ['/*.m4s', '/.m4s', false],
    ['/**.mpd', '/q/x.mpd', true],
    ['/**.mpd', '/.mpd', true],
    ['/c/**/x', '/c/q/r/x', true],
    ['/c/**/x', '/c//x', true],
    ['/c/**/x', '/c/x', false],
    ['/f/{a}b', '/f/qb', true],
    ['/f/{a}b', '/f/b', false],
    ['/g{b}', '/gz', true],
    ['/i/{a=x/*}/**', '/i/x/1/2/3', true],
    ['/i/{a=x/*}/**', '/i/x/1', false],
    ['/l/', '/l', false],
    ['/m/{a=**}/b', '/m/b', false],
    ['/m/{a=**}/b', '/m//b', true],
    ['/o/{a=*/**}', '/o/a/b/c', true],
    ['/o/{a=*/**}', '/o/a', false],
    ['/p/{a}', '/p/', false],
    ['/p/{a}', '/p/a%20b', true],
    ['/p/{a}', '/p/a"b', false],
    ['/p/{a}', '/p/a*b', true],
    ['/p/{a}', '/p/a[b', false],
    ['/a.b', '/axb', false],
  ])('%s takes %s: %s', (template, path, expected) => {
    const compiled = compileUriTemplate(template, 'here');
    expect(compiled.test(path)).toBe(expected);
    expect(compiled.values(path) !== undefined).toBe(expected);
  });

  it.each([
    ['a', 'does not begin with "/"'],
    ['/a//b', 'an empty segment'],
    ['/{a}{b}', 'a segment has one operator'],
    ['/{a}-{b}', 'a segment has one operator'],
    ['/{a}/{a}', 'variable a stands twice'],
    ['/**/*', 'no operator may follow "**"'],
    ['/{a=}', 'variable a has no pattern'],
    ['/{1}', '"1" is no variable'],
    ['/{a}/{b}/{c}/{d}/{e}/{f}', 'over 5 variables'],
    ['/a?b', '"?" may not stand here'],
    ['/a*b', 'an operator begins a segment'],
    ['/{a=**}/{b}', 'no operator may follow "**"'],
    ['/{a={b}}', '"{" may not stand here'],
    ['/{a', 'a variable is not closed'],
  ])('refuses %s', (template, message) => {
    expect(refusal(() => compileUriTemplate(template, 'here'))).toContain(message);
  });

  it('is compiled or refused, whatever it is', () => {
    const pieces = fc.array(fc.constantFrom('/', '*', '**', '{', '}', 'a', '=', '.', '(', '\\', '{x}', '?', '%'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(pieces, fc.webPath({ size: 'small' }), (parts, path) => {
        try {
          const compiled = compileUriTemplate(`/${parts.join('')}`, 'here');
          expect(compiled.test(path)).toBe(compiled.values(path) !== undefined);
        } catch (error) {
          expect((error as Error).message).toContain('here: template');
        }
      }),
    );
  });
});
