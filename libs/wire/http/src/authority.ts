/** Authorities ("host:port") as both codecs accept them: strictly (RFC 3986 section 3.2, RFC 9110 section 7.2). */

/** What is wrong with an authority: 'host-userinfo' for "user@host". */
export type AuthorityViolation = 'host-invalid' | 'host-userinfo';

const AUTHORITY = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?$/i;

/** @returns the rule that it breaks. */
export function authorityViolation(authority: string): AuthorityViolation | undefined {
  const match = AUTHORITY.exec(authority);
  if (match === null) return authority.includes('@') ? 'host-userinfo' : 'host-invalid';
  return match[1] !== undefined && Number(match[1]) > 65_535 ? 'host-invalid' : undefined;
}

/** True when two authorities name the same place: the default port of the scheme may be left out. */
export function sameAuthority(a: string, b: string, scheme: string): boolean {
  if (a === b) return true;
  const one = a.toLowerCase();
  const other = b.toLowerCase();
  if (one === other) return true;
  const suffix = scheme === 'https' ? ':443' : ':80';
  return scheme !== '' && (one === other + suffix || other === one + suffix);
}
