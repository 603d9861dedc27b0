/** Replacing paths as the Gateway API has it, in regular expressions of RE2. */

import type { PathModifier } from '../kinds/gateway-api/route-filters.ts';

export interface RegexRewrite {
  readonly match: string;
  readonly rewrite: string;
}

/** Text as RE2 that matches just it. */
export function quoteRegex(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

const quoteRewrite = (text: string): string => text.replaceAll('\\', '\\\\');
const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

/**
 * @param prefix what the rule's one match takes, for ReplacePrefixMatch: "/a" becomes "/b" in /a, /a/ and /a/c; "/" adds in front.
 * An empty replacement takes the prefix away.
 */
export function pathRewrite(path: PathModifier, prefix: string): RegexRewrite {
  if (path.type === 'ReplaceFullPath') {
    const whole = path.replaceFullPath === '' ? '/' : path.replaceFullPath;
    return { match: '^.+$', rewrite: quoteRewrite(whole) };
  }
  const from = quoteRegex(withoutSlash(prefix));
  const to = withoutSlash(path.replacePrefixMatch);
  return to === ''
    ? { match: `^${from}/*(.*)$`, rewrite: '/\\1' }
    : { match: `^${from}(.*)$`, rewrite: `${quoteRewrite(to)}\\1` };
}
