/** Where a request carries a token, and how it is taken off. */

import { type Exchange, queryValue, removeField } from '@weft/data-runtime';
import type { JwtProvider } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';

export interface TokenLocation {
  /** Equal for the same place of two providers. */
  readonly key: string;
  /** Nothing: there is no token. */
  read(exchange: Exchange): string | undefined;
  /** Takes it off the request; a cookie stays, as in Envoy. */
  remove(exchange: Exchange): void;
}

/** Headers, then parameters, then cookies; "Authorization: Bearer" and access_token where the provider names none. */
export function compileLocations(provider: JwtProvider): readonly TokenLocation[] {
  const { fromHeaders, fromParams, fromCookies } = provider;
  if (fromHeaders.length + fromParams.length + fromCookies.length === 0) {
    return [headerLocation('authorization', 'Bearer '), parameterLocation('access_token')];
  }
  return [
    ...fromHeaders.map(({ name, valuePrefix }) => headerLocation(name.toLowerCase(), valuePrefix)),
    ...fromParams.map(parameterLocation),
    ...fromCookies.map(cookieLocation),
  ];
}

function headerLocation(name: string, prefix: string): TokenLocation {
  return {
    key: `header ${name} ${prefix}`,
    read({ request }) {
      const value = request.header(name);
      if (value === undefined || prefix === '') return value;
      const at = value.startsWith(prefix) ? 0 : value.indexOf(prefix);
      return at < 0 ? undefined : fromTokenStart(value, at + prefix.length);
    },
    remove: ({ request }) => removeField(request.fields, name),
  };
}

/** From the first character that a token may hold to the end. */
function fromTokenStart(value: string, from: number): string {
  for (let i = from; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    const lower = code | 0x20;
    if ((lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39)) return value.slice(i);
    if (code === 0x2d || code === 0x2e || code === 0x5f) return value.slice(i);
  }
  return value.slice(from);
}

function parameterLocation(name: string): TokenLocation {
  return {
    key: `parameter ${name}`,
    read: (exchange) => (exchange.query === '' ? undefined : queryValue(exchange.query, name)),
    remove(exchange) {
      const kept = exchange.query.split('&').filter((pair) => pair !== name && !pair.startsWith(`${name}=`));
      exchange.query = kept.join('&');
      exchange.hasQuery = kept.length > 0;
    },
  };
}

function cookieLocation(name: string): TokenLocation {
  return {
    key: `cookie ${name}`,
    read({ request }) {
      const cookies = request.header('cookie');
      if (cookies === undefined) return undefined;
      for (const pair of cookies.split(/[;,]/)) {
        const equals = pair.indexOf('=');
        if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
        const value = pair.slice(equals + 1).trim();
        return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
      }
      return undefined;
    },
    remove() {},
  };
}
