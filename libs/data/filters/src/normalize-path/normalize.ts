/** A request's path in the one form that matchers and policies judge: Envoy's path canonicalisation (RFC 3986 section 6). */

/** What canonicalisation comes to. */
export type EscapedSlashes = 'keep' | 'reject' | 'unescape-redirect' | 'unescape-forward';

const percent = 0x25;
const dot = 0x2e;
const slash = 0x2f;
const backslash = 0x5c;

const plain = 0;
/** Says that a path may change; the slow way finds out. */
const suspect = 1;
/** Written as %XX. */
const escaped = 2;

/** By char code: what an octet of a path asks for. */
const kinds = new Uint8Array(128);
for (const char of '"<>^`{|}') kinds[char.charCodeAt(0)] = escaped;
kinds[percent] = suspect;
kinds[backslash] = suspect;

/** True where `canonicalPath` gives back what it is given: most paths, found out in one pass. */
export function isCanonical(path: string): boolean {
  let before = 0;
  for (let i = 0; i < path.length; i += 1) {
    const code = path.charCodeAt(i);
    if (code < 128 ? kinds[code] !== plain : true) return false;
    if (before === slash && (code === dot || code === slash)) return false;
    before = code;
  }
  return true;
}

/**
 * Unreserved octets decoded, backslash as slash, dot segments resolved, what no path may hold escaped.
 * @param path without query. @returns nothing for a path that is refused: it does not begin with a slash or it holds %00.
 */
export function canonicalPath(path: string): string | undefined {
  if (path.charCodeAt(0) !== slash && path.charCodeAt(0) !== backslash) return undefined;
  const decoded = decodePath(path);
  return decoded === undefined ? undefined : removeDotSegments(decoded);
}

/** Every run of slashes as one; a path of slashes alone keeps two (as Envoy has it). */
export function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const merged = path.replace(/\/{2,}/g, '/');
  return merged === '/' ? '//' : merged;
}

/** @returns `path` itself where it holds no escaped slash. */
export function unescapeSlashes(path: string): string {
  return path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
}

/** %2F, %2f, %5C or %5c. */
export function hasEscapedSlash(path: string): boolean {
  for (let at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 1)) {
    const value = octetAt(path, at);
    if (value === slash || value === backslash) return true;
  }
  return false;
}

function decodePath(path: string): string | undefined {
  let result = '';
  let done = 0;
  for (let i = 0; i < path.length; i += 1) {
    const code = path.charCodeAt(i);
    if (code === percent) {
      const value = octetAt(path, i);
      if (value === 0) return undefined;
      if (!isUnreserved(value)) continue;
      result += path.slice(done, i) + String.fromCharCode(value);
      done = i + 3;
      i += 2;
    } else if (code === backslash) {
      result += `${path.slice(done, i)}/`;
      done = i + 1;
    } else if (code >= 128 || kinds[code] === escaped) {
      result += `${path.slice(done, i)}%${code.toString(16).toUpperCase()}`;
      done = i + 1;
    }
  }
  return done === 0 ? path : result + path.slice(done);
}

/** Empty segments count as segments: "/a//.." is "/a/". */
function removeDotSegments(path: string): string {
  if (!path.includes('/.')) return path;
  const kept: string[] = [];
  const segments = path.slice(1).split('/');
  const last = segments.length - 1;
  for (let i = 0; i <= last; i += 1) {
    const segment = segments[i] as string;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (i === last && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** The octet that %XX at `at` stands for; -1: it is not one. */
function octetAt(path: string, at: number): number {
  const high = hexDigit(path.charCodeAt(at + 1));
  const low = hexDigit(path.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** ALPHA, DIGIT, "-", ".", "_", "~" (RFC 3986 section 2.3). */
function isUnreserved(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true;
  const lower = code | 0x20;
  if (code >= 0x41 && lower >= 0x61 && lower <= 0x7a) return true;
  return code === 0x2d || code === dot || code === 0x5f || code === 0x7e;
}
