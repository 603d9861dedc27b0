/** How a route matches a path: a test, what is known of the paths that pass, and how a rewrite takes them apart. */

import type { RouteMatch } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { UriTemplateMatchConfigSchema } from '@weft/xds-messages/envoy/extensions/path/match/uri_template/v3/uri_template_match';
import { refuse, unpack } from '../check/refuse.ts';
import { compileFullMatch, literalHead } from '../matchers/regex.ts';
import { compileUriTemplate, type UriTemplate } from './uri-template.ts';

/** How the path of a matched request is taken apart by a rewrite. */
export interface PathShape {
  /** Length of what a prefix matched; nothing: the whole path was matched. */
  readonly prefixLength: number | undefined;
  readonly connect: boolean;
  /** For path_rewrite_policy. */
  readonly template: UriTemplate | undefined;
}

export interface PathMatch {
  /** Nothing: every path passes. @param path without query. */
  readonly test: ((path: string) => boolean) | undefined;
  /** Only this path passes the test. */
  readonly exact: string | undefined;
  /** All paths that pass begin with this; empty: nothing is known. */
  readonly head: string;
  readonly shape: PathShape;
}

const whole: PathShape = { prefixLength: undefined, connect: false, template: undefined };

/** A path is compared without its query. `case_sensitive` is for prefixes and exact paths. @throws WeftError `config_rejected` */
export function compilePath(match: RouteMatch, where: string): PathMatch {
  const path = match.pathSpecifier;
  const folded = match.caseSensitive === false;
  switch (path.case) {
    case 'prefix':
      return compilePrefix(path.value, folded);
    case 'pathSeparatedPrefix':
      return compileSeparated(path.value, folded, where);
    case 'path':
      return compileExact(path.value, folded);
    case 'safeRegex': {
      const { regex } = path.value;
      return {
        test: compileFullMatch(path.value, `${where}: path`),
        exact: undefined,
        head: literalHead(regex),
        shape: whole,
      };
    }
    case 'connectMatcher':
      return { test: undefined, exact: undefined, head: '', shape: { ...whole, connect: true } };
    case 'pathMatchPolicy': {
      const at = `${where}: path_match_policy`;
      const { pathTemplate } = unpack(path.value.typedConfig, UriTemplateMatchConfigSchema, at);
      const template = compileUriTemplate(pathTemplate, at);
      return { test: template.test, exact: undefined, head: template.head, shape: { ...whole, template } };
    }
    default:
      return refuse(where, 'match has no path');
  }
}

function compilePrefix(value: string, folded: boolean): PathMatch {
  const shape = { ...whole, prefixLength: value.length };
  if (value === '/' || value === '') return { test: undefined, exact: undefined, head: '', shape };
  if (folded) {
    const prefix = value.toLowerCase();
    return { test: (path) => path.toLowerCase().startsWith(prefix), exact: undefined, head: '', shape };
  }
  return { test: (path) => path.startsWith(value), exact: undefined, head: value, shape };
}

function compileSeparated(value: string, folded: boolean, where: string): PathMatch {
  if (!value.startsWith('/') || value.endsWith('/') || /[?#]/.test(value)) {
    refuse(where, `path_separated_prefix ${JSON.stringify(value)} is not valid`);
  }
  const shape = { ...whole, prefixLength: value.length };
  const prefix = folded ? value.toLowerCase() : value;
  const below = `${prefix}/`;
  if (folded) {
    return {
      test(path) {
        const lower = path.toLowerCase();
        return lower === prefix || lower.startsWith(below);
      },
      exact: undefined,
      head: '',
      shape,
    };
  }
  return { test: (path) => path.startsWith(below) || path === prefix, exact: undefined, head: prefix, shape };
}

function compileExact(value: string, folded: boolean): PathMatch {
  if (!folded) return { test: (path) => path === value, exact: value, head: value, shape: whole };
  const exact = value.toLowerCase();
  return { test: (path) => path.toLowerCase() === exact, exact: undefined, head: '', shape: whole };
}
