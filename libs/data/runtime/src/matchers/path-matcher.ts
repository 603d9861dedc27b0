/** Envoy's PathMatcher (RBAC, JWT): a string matcher over the path without query and fragment. */

import type { PathMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/path';
import { refuse } from '../check/refuse.ts';
import type { TextTest } from './regex.ts';
import { compileTextTest } from './text-matcher.ts';

/** @returns a test of a path without its query. @throws WeftError `config_rejected` */
export function compilePathMatcher(matcher: PathMatcher, where: string): TextTest {
  if (matcher.rule.case !== 'path') return refuse(where, 'path matcher has no rule');
  const test = compileTextTest(matcher.rule.value, where);
  return (path) => {
    const fragment = path.indexOf('#');
    return test(fragment === -1 ? path : path.slice(0, fragment));
  };
}
