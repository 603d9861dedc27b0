/** Matchers of subject alternative names. */

import {
  type CertificateValidationContext,
  SubjectAltNameMatcher_SanType as SanType,
} from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/common';
import type { StringMatcher } from '@weft/xds-messages/envoy/type/matcher/v3/string';
import { refuse } from '../check/refuse.ts';
import { compileFullMatch } from '../matchers/regex.ts';
import type { SanMatcher } from '../tables/tls.ts';

/** A name to match with the matcher that it came from: transport sockets look for plain SPIFFE URIs among them. */
export interface SanRule extends SanMatcher {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex';
  readonly value: string;
  readonly ignoreCase: boolean;
}

const types: Partial<Record<SanType, SanMatcher['type']>> = {
  [SanType.EMAIL]: 'email',
  [SanType.DNS]: 'dns',
  [SanType.URI]: 'uri',
  [SanType.IP_ADDRESS]: 'ip',
};

const allTypes: readonly SanMatcher['type'][] = ['email', 'dns', 'uri', 'ip'];

/** Of the typed list and of the old one, which says nothing of types and so means all of them. @throws WeftError `config_rejected` */
export function compileSans(context: CertificateValidationContext | undefined, where: string): readonly SanRule[] {
  if (context === undefined) return [];
  const typed = context.matchTypedSubjectAltNames.map(({ sanType, matcher }) => {
    const type = types[sanType];
    if (type === undefined) return refuse(where, `match_typed_subject_alt_names: san_type ${sanType} is not supported`);
    return compileSan(type, matcher, where);
  });
  const untyped = context.matchSubjectAltNames.flatMap((matcher) =>
    allTypes.map((type) => compileSan(type, matcher, where)),
  );
  return [...typed, ...untyped];
}

function compileSan(type: SanMatcher['type'], matcher: StringMatcher | undefined, where: string): SanRule {
  const pattern = matcher?.matchPattern;
  if (matcher === undefined || pattern?.case === undefined || pattern.case === 'custom') {
    return refuse(where, 'match_typed_subject_alt_names: matcher has no pattern');
  }
  const { ignoreCase } = matcher;
  if (pattern.case === 'safeRegex') {
    const matches = compileFullMatch(pattern.value, where);
    const value = pattern.value.regex;
    return { type, kind: 'regex', value, ignoreCase: false, matches, text: `regex ${value}` };
  }
  const kind = pattern.case;
  const wanted = ignoreCase ? pattern.value.toLowerCase() : pattern.value;
  const test = testOf(type, kind, wanted);
  const matches = ignoreCase ? (name: string) => test(name.toLowerCase()) : test;
  return { type, kind, value: pattern.value, ignoreCase, matches, text: `${kind} ${pattern.value}` };
}

function testOf(
  type: SanMatcher['type'],
  kind: Exclude<SanRule['kind'], 'regex'>,
  wanted: string,
): (name: string) => boolean {
  switch (kind) {
    case 'exact':
      return type === 'dns' ? (name) => dnsNameCovers(name, wanted) : (name) => name === wanted;
    case 'prefix':
      return (name) => name.startsWith(wanted);
    case 'suffix':
      return (name) => name.endsWith(wanted);
    case 'contains':
      return (name) => name.includes(wanted);
  }
}

/** "*.a.test" of a certificate covers "x.a.test", one label and no more (RFC 6125 section 6.4.3). */
function dnsNameCovers(name: string, wanted: string): boolean {
  const shown = name.toLowerCase();
  const host = wanted.toLowerCase();
  if (shown === host) return true;
  if (!shown.startsWith('*.')) return false;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === shown.slice(1);
}
