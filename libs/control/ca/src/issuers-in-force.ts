/** The CAs that are in force, in memory and in the state folder: opened at the start, changed as one step. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { splitPem } from '@weft/identity';
import { type Cancel, type Clock, randomHex, WeftError } from '@weft/kernel';
import { type AuthorityFiles, contentOf, readAuthorityFiles, writeAuthorityFiles } from './authority-files.ts';
import { type AuthorityState, readAuthorityState, writeAuthorityState } from './authority-state.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import { makeAuthority } from './make-authority.ts';
import { ensurePrivateFolder, fileExists } from './private-files.ts';

export interface InForce {
  readonly state: AuthorityState;
  /** The one that signs. */
  readonly active: Issuer;
  /** The one that is trusted besides it. */
  readonly other: Issuer | undefined;
}

export interface IssuersOptions {
  /** The state folder, 0700: `ca`, `ca.json`. Made where it does not exist. */
  readonly folder: string;
  /** A plugged-in CA (Istio's cacerts); nothing: one of its own is made at first start. */
  readonly caDir?: string | undefined;
  readonly trustDomain: string;
  readonly clock: Clock;
  /** A sentence for the log: something was renewed, or will run out. */
  onNotice?(sentence: string, error?: unknown): void;
}

export interface IssuersInForce {
  now(): InForce;
  /** PEM of all roots that are trusted, the active one's first; the same text until it changes. */
  rootsPem(): string;
  onChange(listener: () => void): Cancel;
  /** Changes come one after another. */
  inTurn<T>(task: () => Promise<T>): Promise<T>;
  /** Writes a CA beside those in force: it counts when it is entered. */
  add(files: Readonly<Record<string, string>>): Promise<{ readonly name: string; readonly issuer: Issuer }>;
  /** Takes back what was added, and not entered. */
  drop(name: string): Promise<void>;
  /** Writes the state, then tells of it. Folders that it does not name are removed. */
  enter(next: InForce): Promise<void>;
}

/** @throws WeftError state_invalid with one sentence that says what to do. */
export async function openIssuers(options: IssuersOptions): Promise<IssuersInForce> {
  const { folder, clock } = options;
  const listeners = new Set<() => void>();
  await ensurePrivateFolder(folder);
  let current = await open(options);
  let roots = rootsOf(current);
  let work: Promise<unknown> = Promise.resolve();

  return {
    now: () => current,
    rootsPem: () => roots,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    inTurn(task) {
      const next = work.then(task);
      work = next.catch(() => {});
      return next;
    },
    async add(files) {
      const name = await write(folder, files);
      const read = await readAuthorityFiles(join(folder, name), clock.now());
      return { name, issuer: await createIssuer(read, clock) };
    },
    drop: (name) => rm(join(folder, name), { recursive: true, force: true }),
    async enter(next) {
      await writeAuthorityState(folder, next.state);
      current = next;
      roots = rootsOf(current);
      await removeUnused(folder, next.state).catch((error: unknown) =>
        options.onNotice?.('an old CA folder could not be removed', error),
      );
      for (const listener of listeners) listener();
    },
  };
}

/** True where nothing of one would be news to the other. */
export function sameAuthority(one: AuthorityFiles, another: AuthorityFiles): boolean {
  return (
    one.caCertPem === another.caCertPem &&
    one.caKeyPem.trim() === another.caKeyPem.trim() &&
    one.rootsPem === another.rootsPem &&
    one.crlPem.trim() === another.crlPem.trim()
  );
}

/** True where those who trust `another` trust what `one` signs. */
export function sharesRoot(one: AuthorityFiles, another: AuthorityFiles): boolean {
  return splitPem(another.rootsPem).includes(one.rootPem);
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  const name = `ca-${randomHex(4)}`;
  await writeAuthorityFiles(join(folder, name), files);
  return name;
}

async function open({ folder, caDir, trustDomain, clock }: IssuersOptions): Promise<InForce> {
  let state = await readAuthorityState(folder);
  const nowMs = clock.now();
  const exists =
    (await fileExists(join(folder, state.active))) && (await readdir(join(folder, state.active))).length > 0;
  const given = caDir === undefined ? undefined : await readAuthorityFiles(caDir, nowMs);
  if (!exists) {
    if (state.active !== 'ca') {
      throw new WeftError(
        'state_invalid',
        `${join(folder, state.active)}, which ca.json names, is missing: restore it`,
      );
    }
    await rm(join(folder, 'ca'), { recursive: true, force: true });
    await writeAuthorityFiles(
      join(folder, 'ca'),
      given === undefined ? await makeAuthority(trustDomain, nowMs) : contentOf(given),
    );
  }
  const read = async (name: string): Promise<AuthorityFiles> => {
    await ensurePrivateFolder(join(folder, name));
    return readAuthorityFiles(join(folder, name), nowMs);
  };
  const files = await read(state.active);
  const other = state.other === undefined ? undefined : await createIssuer(await read(state.other), clock);
  if (given !== undefined && state.phase === 'steady' && !sameAuthority(given, files)) {
    if (!sharesRoot(given, files)) {
      throw new WeftError(
        'state_invalid',
        `${caDir} has another root than the mesh trusts: start with the files of before, then run weft ca rotate start --ca-dir ${caDir}`,
      );
    }
    state = { ...state, active: await write(folder, contentOf(given)) };
    await writeAuthorityState(folder, state);
    return { state, active: await createIssuer(await read(state.active), clock), other };
  }
  await removeUnused(folder, state);
  return { state, active: await createIssuer(files, clock), other };
}

/** What a crash between two steps left, and what is trusted no longer. */
async function removeUnused(folder: string, { active, other }: AuthorityState): Promise<void> {
  for (const name of await readdir(folder)) {
    const old = /^ca(-[0-9a-f]{8})?(\.[0-9a-f]{12}\.tmp)?$/.test(name) && name !== active && name !== other;
    if (old) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function rootsOf({ active, other }: InForce): string {
  const texts = splitPem(active.files.rootsPem + (other?.files.rootsPem ?? ''));
  return [...new Set(texts)].join('');
}
