/** Legality of a JSON Web Key Set (RFC 7517) and of the address of one: a sentence that says what is wrong, or undefined. */

/** Members that a key must have, by `kty` (RFC 7518, RFC 8037). */
const required: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
  ['oct', ['k']],
]);

export function jwksUriProblem(text: string): string | undefined {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  if (!/^https?:\/\//i.test(text))
    return `${shown} is not an address of a key set: it must start with http:// or https://`;
  return URL.canParse(text) ? undefined : `${shown} is not a URL`;
}

/** A set, or a single key. Never repeats a value: a key may be secret. */
export function jwksProblem(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'jwks is not JSON';
  }
  if (!isObject(parsed)) return 'jwks must be a JSON object with "keys"';
  if (!('keys' in parsed)) return 'kty' in parsed ? keyProblem(parsed, 'the key') : 'jwks has no "keys"';
  const { keys } = parsed;
  if (!Array.isArray(keys)) return '"keys" of jwks must be a list';
  for (const [index, key] of keys.entries()) {
    const problem = keyProblem(key, `key ${index} of jwks`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function keyProblem(key: unknown, what: string): string | undefined {
  if (!isObject(key)) return `${what} must be a JSON object`;
  const members = required.get(key['kty']);
  if (members === undefined) return `"kty" of ${what} must be RSA, EC, OKP or oct`;
  const missing = members.find((member) => typeof key[member] !== 'string' || key[member] === '');
  return missing === undefined ? undefined : `${what} has no ${JSON.stringify(missing)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
