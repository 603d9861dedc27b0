/**
 * The file of the last good configuration. Lines of JSON: what the file is, a resource each, then the checksum of all before it.
 * It is made in small pieces: to encode two megabytes at once holds every request for 40 ms.
 */

import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { WeftError } from '@weft/kernel';
import { pushOrder, type ReceivedResource, type ResourceUpdate } from '@weft/xds-protocol';
import { stateFileBytesMax } from './state-folder.ts';

export const cacheFileLimits = {
  /** Octets of all messages together; a larger configuration is not kept. */
  messageBytesMax: 24 * 1024 * 1024,
  /** Resources that are kept, and that are taken from a file. */
  resourcesMax: 50_000,
  /** UTF-16 units of a message that are made at once. */
  pieceMax: 65_536,
} as const;

/** Type URL → name → resource. */
export type Resources = ReadonlyMap<string, ReadonlyMap<string, ReceivedResource>>;

const format = 2;

interface Head {
  readonly format: number;
  readonly fingerprint: string;
}

/** Of a PEM key, whatever its kind: inline in a Listener, a Cluster or a Secret. */
const keyMark = 'PRIVATE KEY-----';

/**
 * Resources with a private key in them are left out: what is on disk must open nothing.
 * @returns the file, piece by piece, of what the resources are now.
 * @throws WeftError state_invalid, here or for a later piece: more than is kept.
 */
export function encodeCache(resources: Resources, fingerprint: string): Iterable<string> {
  const all = [...resources].flatMap(([typeUrl, byName]) => [...byName.values()].map((one) => [typeUrl, one] as const));
  const bytes = all.reduce((sum, [, { body }]) => sum + body.value.length, 0);
  const { messageBytesMax, resourcesMax } = cacheFileLimits;
  if (bytes > messageBytesMax) throw notKept(`larger than ${messageBytesMax} bytes`);
  if (all.length > resourcesMax) throw notKept(`more than ${resourcesMax} resources`);
  return withChecksum(joined(encode({ format, fingerprint }, all)));
}

function notKept(why: string): WeftError {
  return new WeftError('state_invalid', `the configuration is ${why}, it is not kept`);
}

/** @param resources each with the type that it is in force as, which its own message may write differently. */
function* encode(head: Head, resources: readonly (readonly [string, ReceivedResource])[]): Generator<string> {
  yield `${JSON.stringify(head)}\n`;
  for (const [typeUrl, { name, version, body }] of resources) {
    const value = Buffer.from(body.value.buffer, body.value.byteOffset, body.value.byteLength);
    if (value.includes(keyMark)) continue;
    yield `[${JSON.stringify(typeUrl)},${JSON.stringify(name)},${JSON.stringify(version)},"`;
    // Three octets make four letters: pieces of a multiple of three join without padding between them.
    const step = (cacheFileLimits.pieceMax / 4) * 3;
    for (let at = 0; at < value.length; at += step)
      yield value.toString('base64', at, Math.min(value.length, at + step));
    yield '"]\n';
  }
}

/** Small pieces become one: each is a write. */
function* joined(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    if (text !== '' && text.length + piece.length > cacheFileLimits.pieceMax) {
      yield text;
      text = '';
    }
    text += piece;
  }
  if (text !== '') yield text;
}

function* withChecksum(pieces: Iterable<string>): Generator<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const piece of pieces) {
    bytes += Buffer.byteLength(piece);
    // Half a file is not kept: the one before stays.
    if (bytes > fileBytesMax) throw notKept(`larger than ${fileBytesMax} bytes`);
    hash.update(piece);
    yield piece;
  }
  yield checksumLine(hash.digest('hex'));
}

/** What can be read back, less the line of the checksum. */
const fileBytesMax = stateFileBytesMax - 128;

function checksumLine(checksum: string): string {
  return `${JSON.stringify({ checksum })}\n`;
}

/**
 * @returns one update for each type, in the order to apply them.
 * @throws WeftError state_invalid: damaged, of another format, or of another proxy.
 */
export function decodeCache(text: string, fingerprint: string): readonly ResourceUpdate[] {
  const first = text.slice(0, text.indexOf('\n') + 1);
  const head = parseJson(first) as Partial<Head> | null;
  if (typeof head !== 'object' || head === null) throw damaged('it is not a cache');
  if (head.format !== format) throw damaged('it is of another version of this program');
  if (head.fingerprint !== fingerprint) throw damaged('it is of a proxy that was started differently');
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const checksum = createHash('sha256').update(text.slice(0, end)).digest('hex');
  if (text.slice(end) !== checksumLine(checksum)) throw damaged('its checksum is wrong');
  const { resourcesMax } = cacheFileLimits;
  const body = text.slice(first.length, end - 1);
  const lines = body === '' ? [] : body.split('\n', resourcesMax + 1);
  if (lines.length > resourcesMax) throw damaged(`it has more than ${resourcesMax} resources`);
  const updates = new Map<string, ReceivedResource[]>();
  for (const line of lines) {
    const resource = readResource(line);
    const { typeUrl } = resource.body;
    const changed = updates.get(typeUrl);
    if (changed === undefined) updates.set(typeUrl, [resource]);
    else changed.push(resource);
  }
  return pushOrder.flatMap((typeUrl) => {
    const changed = updates.get(typeUrl);
    return changed === undefined ? [] : [{ typeUrl, changed, removed: [] }];
  });
}

function readResource(line: string): ReceivedResource {
  const fields = parseJson(line);
  const [typeUrl, name, version, value] = Array.isArray(fields) ? (fields as unknown[]) : [];
  if (
    typeof typeUrl !== 'string' ||
    typeof name !== 'string' ||
    typeof version !== 'string' ||
    typeof value !== 'string'
  ) {
    throw damaged('it is not a cache');
  }
  return { name, version, body: create(AnySchema, { typeUrl, value: Buffer.from(value, 'base64') }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged('it is not JSON', error);
  }
}

function damaged(why: string, cause?: unknown): WeftError {
  return new WeftError('state_invalid', `the kept configuration is not used: ${why}`, cause);
}
