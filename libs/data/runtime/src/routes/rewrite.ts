/** New paths and hosts of forwarded requests. */

import type { RouteAction } from '@weft/xds-messages/envoy/config/route/v3/route_components';
import { UriTemplateRewriteConfigSchema } from '@weft/xds-messages/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite';
import { refuse, unpack } from '../check/refuse.ts';
import { requestOf } from '../matchers/exchange-request.ts';
import { headerReader } from '../matchers/header-matcher.ts';
import { compileReplace } from '../matchers/regex.ts';
import type { ForwardAction } from '../tables/route.ts';
import type { PathShape } from './path-match.ts';
import { compileTemplateRewrite } from './uri-template.ts';

/** One of prefix_rewrite, regex_rewrite and path_rewrite_policy. @throws WeftError `config_rejected` */
export function compilePathRewrite(action: RouteAction, shape: PathShape, where: string): ForwardAction['rewritePath'] {
  const { prefixRewrite: prefix, regexRewrite: regex, pathRewritePolicy: policy } = action;
  if (Number(prefix !== '') + Number(regex !== undefined) + Number(policy !== undefined) > 1) {
    refuse(where, 'only one of prefix_rewrite, regex_rewrite and path_rewrite_policy may be set');
  }
  if (regex !== undefined) return compileReplace(regex.pattern, regex.substitution, `${where}: regex_rewrite`);
  if (policy !== undefined) {
    const at = `${where}: path_rewrite_policy`;
    const { pathTemplateRewrite } = unpack(policy.typedConfig, UriTemplateRewriteConfigSchema, at);
    if (shape.template === undefined) refuse(at, 'it needs a path_match_policy');
    return compileTemplateRewrite(pathTemplateRewrite, shape.template, at);
  }
  if (prefix === '') return undefined;
  if (shape.template !== undefined) refuse(where, 'prefix_rewrite does not go with path_match_policy');
  return prefixRewrite(prefix, shape);
}

/** What was matched gives way to `rewrite`: the prefix, or the whole path of an exact or regex match. */
export function prefixRewrite(rewrite: string, shape: PathShape): (path: string) => string {
  const { prefixLength } = shape;
  return prefixLength === undefined ? () => rewrite : (path) => rewrite + path.slice(prefixLength);
}

/** Runs before the path is rewritten: host_rewrite_path_regex reads the path as it came. @throws WeftError `config_rejected` */
export function compileAuthority(action: RouteAction, where: string): ForwardAction['rewriteAuthority'] {
  const specifier = action.hostRewriteSpecifier;
  switch (specifier.case) {
    case 'hostRewriteLiteral': {
      const { value } = specifier;
      return value === '' ? undefined : () => value;
    }
    case 'hostRewriteHeader': {
      const read = headerReader(specifier.value, `${where}: host_rewrite_header`);
      return (exchange) => read(requestOf(exchange)) || undefined;
    }
    case 'hostRewritePathRegex': {
      const { pattern, substitution } = specifier.value;
      const replace = compileReplace(pattern, substitution, `${where}: host_rewrite_path_regex`);
      return (exchange) => replace(exchange.path) || undefined;
    }
    default:
      return undefined;
  }
}
