/** A Secret of xDS without what is secret in it, as Envoy's own config_dump shows it. */

import type { JsonValue } from '@bufbuild/protobuf';

/** Envoy's fields marked sensitive, of TlsCertificate, TlsSessionTicketKeys and GenericSecret. */
const sensitive: ReadonlySet<string> = new Set(['private_key', 'password', 'keys', 'secret', 'secrets', 'pkcs12']);

const text = '[redacted]';
const bytes = Buffer.from(text).toString('base64');

/** `secret` in its JSON form, with the proto's field names; certificates and file names stay. */
export function redactSecret(secret: Record<string, JsonValue>): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(secret).map(([key, value]) => [key, sensitive.has(key) ? hidden(value) : inside(value)]),
  );
}

function inside(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? redactSecret(value) : value;
}

function hidden(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== 'object' || value === null) return text;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'inline_bytes') return [key, bytes];
      if (key === 'filename' || key === 'environment_variable') return [key, inner];
      return [key, hidden(inner)];
    }),
  );
}
