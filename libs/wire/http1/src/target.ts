/** Request targets and authorities (RFC 9112 section 3.2), strictly. */

import { authorityViolation } from '@weft/http';
import type { Http1Rule } from './rules.ts';

/** A target taken apart. `authority` is empty for the forms that carry none. */
export interface Target {
  readonly form: 'origin' | 'absolute' | 'authority' | 'asterisk';
  readonly scheme: '' | 'http' | 'https';
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?]*)(\/[^?]*)?(?:\?(.*))?$/i;

/** Takes apart a target that is not in origin form. */
export function parseTarget(method: string, target: string): Target | Http1Rule {
  if (method === 'CONNECT') return parseAuthorityForm(target);
  if (target === '*') {
    return method === 'OPTIONS' ? { form: 'asterisk', scheme: '', authority: '', path: '*', query: '' } : 'target-form';
  }
  const match = ABSOLUTE.exec(target);
  if (match === null) return 'target-form';
  const scheme = (match[1] as string).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') return 'target-form';
  const authority = match[2] as string;
  const broken = authorityViolation(authority);
  if (broken !== undefined) return broken;
  return { form: 'absolute', scheme, authority, path: match[3] ?? '/', query: match[4] ?? '' };
}

function parseAuthorityForm(target: string): Target | Http1Rule {
  const authority = target;
  const broken = authorityViolation(authority);
  if (broken !== undefined) return broken === 'host-userinfo' ? broken : 'target-form';
  if (!/:[0-9]+$/.test(authority)) return 'target-form';
  return { form: 'authority', scheme: '', authority, path: '', query: '' };
}
