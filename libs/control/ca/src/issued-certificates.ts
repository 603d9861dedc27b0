/** Which certificates are out and not expired, and which of them and of their holders are revoked: kept over a restart. */

import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cancel, type Clock, WeftError } from '@weft/kernel';
import { fileExists, readPrivateFile, writePrivateFile } from './private-files.ts';

export interface IssuedLimits {
  /** Certificates that are remembered; past it the one that expires first is forgotten and could not be listed as revoked. */
  readonly issuedMax: number;
  /** Serials on the revocation lists: they travel to every proxy. */
  readonly revokedSerialsMax: number;
  /** Identities that may be revoked at one time. */
  readonly revokedIdentitiesMax: number;
}

const defaultLimits: IssuedLimits = { issuedMax: 100_000, revokedSerialsMax: 5_000, revokedIdentitiesMax: 1_000 };

/** Longest reason kept, UTF-16 units. */
export const reasonLengthMax = 500;

export interface IssuedRecord {
  /** Hexadecimal, lower case. */
  readonly serial: string;
  readonly uri: string;
  readonly notAfterMs: number;
  /** `Issuer.id`. */
  readonly issuer: string;
  readonly issuedAtMs: number;
}

export interface RevokedIdentity {
  readonly uri: string;
  readonly revokedAtMs: number;
  readonly reason: string;
}

export interface RevokedCertificate extends IssuedRecord {
  readonly revokedAtMs: number;
}

export interface IssuedCertificates {
  /** On disk when this resolves. */
  add(record: IssuedRecord): Promise<void>;
  /** Not expired, oldest first. */
  live(): readonly IssuedRecord[];
  isRevoked(uri: string): boolean;
  isRevokedSerial(serial: string): boolean;
  /** Refuses the identity from now on and lists what it holds. @returns how many certificates that is. @throws WeftError state_invalid past a bound. */
  revoke(uri: string, reason: string): Promise<number>;
  /** The identity may have certificates again; those that were listed stay so. False where it was not revoked. */
  restore(uri: string): Promise<boolean>;
  revokedIdentities(): readonly RevokedIdentity[];
  /** Not expired: the entries of the lists. The same array until they change. */
  revokedCertificates(): readonly RevokedCertificate[];
  onChange(listener: () => void): Cancel;
  /** Forgets what has expired; called by a timer. */
  prune(): Promise<void>;
}

interface Revocations {
  readonly identities: readonly RevokedIdentity[];
  readonly certificates: readonly RevokedCertificate[];
}

/** @param folder private: `issued.jsonl`, `revoked.json`. @throws WeftError state_invalid. */
export async function openIssuedCertificates(
  folder: string,
  clock: Clock,
  limits: Partial<IssuedLimits> = {},
): Promise<IssuedCertificates> {
  const { issuedMax, revokedSerialsMax, revokedIdentitiesMax } = { ...defaultLimits, ...limits };
  const issuedPath = join(folder, 'issued.jsonl');
  const revokedPath = join(folder, 'revoked.json');
  const listeners = new Set<() => void>();
  const issued = new Map<string, IssuedRecord>();
  let linesOnDisk = 0;
  for (const record of await readIssued(issuedPath)) {
    linesOnDisk += 1;
    if (record.notAfterMs > clock.now()) issued.set(record.serial, record);
  }
  // The file may still have what was forgotten before.
  const byEnd = [...issued.values()].sort((one, other) => one.notAfterMs - other.notAfterMs);
  for (const { serial } of byEnd.slice(0, Math.max(0, issued.size - issuedMax))) issued.delete(serial);
  let revoked = await readRevoked(revokedPath);
  let uris = new Set(revoked.identities.map(({ uri }) => uri));
  let serials = new Set(revoked.certificates.map(({ serial }) => serial));
  let work: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = work.then(task);
    work = next.catch(() => {});
    return next;
  };

  const keep = async (next: Revocations): Promise<void> => {
    await writePrivateFile(revokedPath, `${JSON.stringify(next)}\n`);
    revoked = next;
    uris = new Set(next.identities.map(({ uri }) => uri));
    serials = new Set(next.certificates.map(({ serial }) => serial));
    for (const listener of listeners) listener();
  };
  const compact = async (): Promise<void> => {
    await writePrivateFile(issuedPath, [...issued.values()].map((record) => `${JSON.stringify(record)}\n`).join(''));
    linesOnDisk = issued.size;
  };

  return {
    add: (record) =>
      inTurn(async () => {
        if (issued.size >= issuedMax) issued.delete(firstToExpire(issued));
        issued.set(record.serial, record);
        linesOnDisk += 1;
        if (linesOnDisk > 2 * issuedMax) return compact();
        await appendFile(issuedPath, `${JSON.stringify(record)}\n`, { mode: 0o600 });
      }),
    live: () => [...issued.values()],
    isRevoked: (uri) => uris.has(uri),
    isRevokedSerial: (serial) => serials.has(serial),
    revoke: (uri, reason) =>
      inTurn(async () => {
        const now = clock.now();
        const found = [...issued.values()].filter((one) => one.uri === uri && !serials.has(one.serial));
        const certificates = [...revoked.certificates, ...found.map((one) => ({ ...one, revokedAtMs: now }))];
        if (certificates.length > revokedSerialsMax) {
          throw new WeftError(
            'state_invalid',
            `more than ${revokedSerialsMax} certificates would be revoked: rotate the root instead`,
          );
        }
        const others = revoked.identities.filter((one) => one.uri !== uri);
        if (others.length >= revokedIdentitiesMax) {
          throw new WeftError('state_invalid', `${revokedIdentitiesMax} identities are revoked already`);
        }
        const identity = { uri, revokedAtMs: now, reason: reason.slice(0, reasonLengthMax) };
        await keep({ identities: [...others, identity], certificates });
        return found.length;
      }),
    restore: (uri) =>
      inTurn(async () => {
        if (!uris.has(uri)) return false;
        await keep({ ...revoked, identities: revoked.identities.filter((one) => one.uri !== uri) });
        return true;
      }),
    revokedIdentities: () => revoked.identities,
    revokedCertificates: () => revoked.certificates,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    prune: () =>
      inTurn(async () => {
        const now = clock.now();
        for (const [serial, { notAfterMs }] of issued) if (notAfterMs <= now) issued.delete(serial);
        if (linesOnDisk > 1000 && linesOnDisk > 2 * issued.size) await compact();
        const certificates = revoked.certificates.filter(({ notAfterMs }) => notAfterMs > now);
        if (certificates.length < revoked.certificates.length) await keep({ ...revoked, certificates });
      }),
  };
}

function firstToExpire(issued: ReadonlyMap<string, IssuedRecord>): string {
  let first: IssuedRecord | undefined;
  for (const record of issued.values()) if (first === undefined || record.notAfterMs < first.notAfterMs) first = record;
  return first?.serial ?? '';
}

/** A line that a crash cut short is left out: its certificate was not handed over. */
async function readIssued(path: string): Promise<readonly IssuedRecord[]> {
  if (!(await fileExists(path))) return [];
  if (((await stat(path)).mode & 0o077) !== 0) {
    throw new WeftError('state_invalid', `${path} is open to others: run chmod 600 ${path}`);
  }
  const records: IssuedRecord[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    try {
      if (line !== '') records.push(JSON.parse(line) as IssuedRecord);
    } catch {
      // The cut line.
    }
  }
  return records;
}

async function readRevoked(path: string): Promise<Revocations> {
  if (!(await fileExists(path))) return { identities: [], certificates: [] };
  try {
    const { identities, certificates } = JSON.parse(await readPrivateFile(path)) as Revocations;
    if (Array.isArray(identities) && Array.isArray(certificates)) return { identities, certificates };
  } catch (error) {
    if (error instanceof WeftError) throw error;
  }
  throw new WeftError(
    'state_invalid',
    `${path} is damaged: restore it; without it what was revoked would be trusted again`,
  );
}
