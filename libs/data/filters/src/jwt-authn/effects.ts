/** What a verified token does to its request: headers for the application, dynamic metadata for later filters. */

import { type Exchange, removeField } from '@weft/data-runtime';
import type { JwtProvider } from '@weft/xds-messages/envoy/extensions/filters/http/jwt_authn/v3/config';
import { addMetadata } from '../dynamic-metadata.ts';
import type { JwtToken } from './token.ts';

export const jwtNamespace = 'envoy.filters.http.jwt_authn';

/** Worked out once for a token. */
export interface TokenEffects {
  /** Flat. */
  readonly headers: readonly string[];
  readonly metadata: Record<string, unknown> | undefined;
}

export function effectsOf(provider: JwtProvider, token: JwtToken): TokenEffects {
  const headers: string[] = [];
  if (provider.forwardPayloadHeader !== '') {
    const padding = provider.padForwardPayloadHeader ? '='.repeat((4 - (token.payloadText.length % 4)) % 4) : '';
    headers.push(provider.forwardPayloadHeader.toLowerCase(), token.payloadText + padding);
  }
  for (const { headerName, claimName } of provider.claimToHeaders) {
    const value = headerValue(claimAt(token.payload, claimName));
    if (value !== undefined) headers.push(headerName.toLowerCase(), value);
  }
  const metadata: Record<string, unknown> = {};
  if (provider.payloadInMetadata !== '') metadata[provider.payloadInMetadata] = payloadOf(provider, token);
  if (provider.headerInMetadata !== '') metadata[provider.headerInMetadata] = token.header;
  return { headers, metadata: Object.keys(metadata).length === 0 ? undefined : metadata };
}

export function applyEffects(exchange: Exchange, effects: TokenEffects): void {
  const { headers, metadata } = effects;
  for (let i = 0; i < headers.length; i += 1) exchange.request.fields.push(headers[i] as string);
  if (metadata !== undefined) addMetadata(exchange, jwtNamespace, metadata);
}

/** The headers that a client must not say itself: names in lower case. */
export function claimedHeaders(provider: JwtProvider): readonly string[] {
  const names = provider.claimToHeaders.map(({ headerName }) => headerName.toLowerCase());
  return provider.forwardPayloadHeader === '' ? names : [provider.forwardPayloadHeader.toLowerCase(), ...names];
}

export function removeClaimed(exchange: Exchange, names: readonly string[]): void {
  for (let i = 0; i < names.length; i += 1) removeField(exchange.request.fields, names[i] as string);
}

/** The claims, those that are lists with spaces between taken apart. */
function payloadOf(provider: JwtProvider, token: JwtToken): Record<string, unknown> {
  const lists = provider.normalizePayloadInMetadata?.spaceDelimitedClaims ?? [];
  const payload = { ...token.payload };
  for (const name of lists) {
    const value = payload[name];
    if (typeof value === 'string') payload[name] = value.split(' ').filter((part) => part !== '');
  }
  return payload;
}

/** "a.b" of nested claims. */
function claimAt(payload: Record<string, unknown>, path: string): unknown {
  let value: unknown = payload;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Lists and objects as base64 of their JSON. */
function headerValue(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return /[\r\n\0]/.test(value) ? undefined : Buffer.from(value, 'utf8').toString('latin1');
    case 'number':
      return Number.isInteger(value) ? String(value) : value.toFixed(6);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? undefined : Buffer.from(JSON.stringify(value), 'utf8').toString('base64');
    default:
      return undefined;
  }
}
