/** The last good configuration as one text: written after changes have settled, read at a start without a control plane. */

import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { type Cancel, type Clock, WeftError } from '@weft/kernel';
import { pushOrder, type ReceivedResource, type ResourceUpdate } from '@weft/xds-protocol';
import type { StateFolder } from './state-folder.ts';

export const cacheLimits = {
  /** Quiet time after a change before the file is written. */
  settleMs: 1_000,
  /** A change waits no longer than this, however restless the configuration. */
  settleMaxMs: 10_000,
  /** UTF-16 units of the file; a larger configuration is not kept. */
  textMax: 32 * 1024 * 1024,
  /** Resources taken from a file. */
  resourcesMax: 50_000,
} as const;

/** Type URL → name → resource. */
export type Resources = ReadonlyMap<string, ReadonlyMap<string, ReceivedResource>>;

export interface ConfigCache {
  /** One update for each type, in the order to apply them; nothing where there is no file. @throws WeftError state_invalid for a damaged one. */
  load(): Promise<readonly ResourceUpdate[] | undefined>;
  /** Something changed: the file will be written. */
  touch(): void;
  /** Writes now what waits. Never rejects. */
  flush(): Promise<void>;
}

export interface ConfigCacheOptions {
  readonly folder: StateFolder;
  readonly clock: Clock;
  /** What the proxy is: a file of a differently started proxy is not used. */
  readonly fingerprint: string;
  /** What is in force. */
  resources(): Resources;
  onProblem(sentence: string, error?: unknown): void;
}

const fileName = 'last-good-config.json';
const format = 1;

interface CacheFile {
  readonly format: number;
  readonly fingerprint: string;
  readonly checksum: string;
  /** JSON of [type URL, [name, version, base64 of the message][]][], as text, so that the checksum is of what was written. */
  readonly payload: string;
}

export function createConfigCache(options: ConfigCacheOptions): ConfigCache {
  const { clock, folder } = options;
  let cancel: Cancel | undefined;
  let waitingSinceMs: number | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failed = false;

  const write = async (): Promise<void> => {
    const text = encodeCache(options.resources(), options.fingerprint);
    if (text.length > cacheLimits.textMax) {
      throw new WeftError('state_invalid', `the configuration is larger than ${cacheLimits.textMax}, it is not kept`);
    }
    await folder.write(fileName, text);
  };

  const writeSoon = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    waitingSinceMs = undefined;
    writing = writing.then(write).then(
      () => {
        failed = false;
      },
      (error: unknown) => {
        // Said once: a full disk stays full.
        if (!failed) options.onProblem('the configuration could not be kept on disk', error);
        failed = true;
      },
    );
    return writing;
  };

  return {
    async load() {
      const text = await folder.read(fileName);
      return text === undefined ? undefined : decodeCache(text, options.fingerprint);
    },
    touch() {
      const now = clock.monotonic();
      waitingSinceMs ??= now;
      const left = waitingSinceMs + cacheLimits.settleMaxMs - now;
      cancel?.();
      cancel = clock.after(Math.max(0, Math.min(cacheLimits.settleMs, left)), () => void writeSoon());
    },
    flush: () => (waitingSinceMs === undefined ? writing : writeSoon()),
  };
}

/** Of a PEM key, whatever its kind: inline in a Listener, a Cluster or a Secret. */
const keyMark = 'PRIVATE KEY-----';

/** Resources with a private key in them are left out: what is on disk must open nothing. */
function isKept({ body }: ReceivedResource): boolean {
  return !Buffer.from(body.value.buffer, body.value.byteOffset, body.value.byteLength).includes(keyMark);
}

export function encodeCache(resources: Resources, fingerprint: string): string {
  const types = [...resources].map(([typeUrl, byName]) => [
    typeUrl,
    [...byName.values()]
      .filter(isKept)
      .map(({ name, version, body }) => [name, version, Buffer.from(body.value).toString('base64')]),
  ]);
  const payload = JSON.stringify(types);
  const file: CacheFile = { format, fingerprint, checksum: checksumOf(payload), payload };
  return JSON.stringify(file);
}

/** @throws WeftError state_invalid: damaged, of another format, or of another proxy. */
export function decodeCache(text: string, fingerprint: string): readonly ResourceUpdate[] {
  const file = parseJson(text) as Partial<CacheFile> | null;
  if (typeof file !== 'object' || file === null || typeof file.payload !== 'string') throw damaged('it is not a cache');
  if (file.format !== format) throw damaged('it is of another version of this program');
  if (file.fingerprint !== fingerprint) throw damaged('it is of a proxy that was started differently');
  if (file.checksum !== checksumOf(file.payload)) throw damaged('its checksum is wrong');
  const types = parseJson(file.payload);
  if (!Array.isArray(types)) throw damaged('it is not a cache');
  const updates = types.map(readType);
  const count = updates.reduce((sum, update) => sum + update.changed.length, 0);
  if (count > cacheLimits.resourcesMax) throw damaged(`it has more than ${cacheLimits.resourcesMax} resources`);
  const order = (update: ResourceUpdate): number => pushOrder.indexOf(update.typeUrl);
  return updates.filter((update) => order(update) >= 0).sort((one, other) => order(one) - order(other));
}

function readType(entry: unknown): ResourceUpdate {
  const [typeUrl, resources] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (typeof typeUrl !== 'string' || !Array.isArray(resources)) throw damaged('it is not a cache');
  const changed = resources.map((resource: unknown): ReceivedResource => {
    const [name, version, value] = Array.isArray(resource) ? (resource as unknown[]) : [];
    if (typeof name !== 'string' || typeof version !== 'string' || typeof value !== 'string') {
      throw damaged('it is not a cache');
    }
    return { name, version, body: create(AnySchema, { typeUrl, value: Buffer.from(value, 'base64') }) };
  });
  return { typeUrl, changed, removed: [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged('it is not JSON', error);
  }
}

function checksumOf(payload: string): string {
  return createHash('sha256').update(payload).digest('hex');
}

function damaged(why: string, cause?: unknown): WeftError {
  return new WeftError('state_invalid', `the kept configuration is not used: ${why}`, cause);
}
