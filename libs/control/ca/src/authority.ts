/** The certificate authority: the only place that signs. It knows one CA, or two while the root is rotated. */

import { X509Certificate } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { infoOf, splitPem } from '@weft/identity';
import { type Cancel, type Clock, randomHex, WeftError } from '@weft/kernel';
import { type AuthorityFiles, contentOf, readAuthorityFiles, writeAuthorityFiles } from './authority-files.ts';
import { type AuthorityState, type RotationPhase, readAuthorityState, writeAuthorityState } from './authority-state.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import { makeAuthority, renewIntermediate } from './make-authority.ts';
import { ensurePrivateFolder, fileExists } from './private-files.ts';
import { readRequest } from './read-request.ts';
import { p256, pemOf, privateKeyPem, webcrypto, x509 } from './x509.ts';

const hourMs = 3_600_000;
/** Life of a leaf where the request names none, and the longest that may be asked for (Istio's defaults), milliseconds. */
export const leafLifeDefaultMs = 24 * hourMs;
export const leafLifeMaxMs = 90 * 24 * hourMs;
/** An intermediate whose root key is here is renewed when this part of its life is left. */
const renewAtPart = 1 / 3;
/** How often it is looked whether something is due, milliseconds. */
export const upkeepMs = 60_000;

export interface IssuedCertificate {
  /** PEM certificates: leaf, intermediates, root last. */
  readonly chain: readonly string[];
  /** Hexadecimal, lower case. */
  readonly serialNumber: string;
  readonly notAfterMs: number;
  /** `Issuer.id` of who signed. */
  readonly issuer: string;
}

export interface ServerKeyPair {
  /** PEM: leaf and intermediates. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly notAfterMs: number;
}

export interface Authority {
  /** PEM of the root that new certificates lead to. */
  readonly rootPem: string;
  /** PEM of all roots that are trusted now, the active one's first; the same text until it changes. */
  rootsPem(): string;
  /** The one that signs, then the one that is trusted besides it. */
  issuers(): readonly Issuer[];
  /** Told of every change of roots or issuers. */
  onChange(listener: () => void): Cancel;
  /**
   * Certifies the key of a request for a workload.
   * @param lifeMs wanted; 0 or less for the default.
   * @throws WeftError csr_invalid, also where more than the longest life is asked for.
   */
  issueWorkload(csrPem: string, spiffeId: string, lifeMs: number): Promise<IssuedCertificate>;
  /** Makes a key and a certificate for a TLS server of this process. */
  issueServer(dnsNames: readonly string[], addresses: readonly string[]): Promise<ServerKeyPair>;
  /** URI and serial of a leaf that this authority issued and that is valid now; nothing for any other. @param der the leaf. */
  recognise(
    der: Uint8Array,
  ): { readonly uri: string; readonly serial: string; readonly notAfterMs: number } | undefined;
  phase(): { readonly phase: RotationPhase; readonly sinceMs: number };
  /**
   * Trusts a second CA. @param from folder with its files; nothing: a new one is made.
   * @throws WeftError rotation_refused where one is under way, state_invalid for files that are no CA.
   */
  startRotation(from?: string): Promise<void>;
  /** The new CA signs from now on. @throws WeftError rotation_refused unless it is trusted and not signing. */
  switchIssuer(): Promise<void>;
  /** The old CA is trusted no longer, and its files are gone. @throws WeftError rotation_refused unless the new one signs. */
  finishRotation(): Promise<void>;
  /** Renews what is due and takes changed files of `caDir`; called by a timer. Never throws. */
  upkeep(): Promise<void>;
  stop(): void;
}

export interface AuthorityOptions {
  /** The state folder, 0700: `ca`, `ca.json`. Made where it does not exist. */
  readonly folder: string;
  /** A plugged-in CA (Istio's cacerts); nothing: one of its own is made at first start. */
  readonly caDir?: string | undefined;
  readonly trustDomain: string;
  readonly clock: Clock;
  readonly leafLifeMaxMs?: number | undefined;
  /** A sentence for the log: something was renewed, or will run out. */
  onNotice?(sentence: string, error?: unknown): void;
}

/** @throws WeftError state_invalid with one sentence that says what to do. */
export async function loadAuthority(options: AuthorityOptions): Promise<Authority> {
  const { folder, clock, caDir } = options;
  const notice = options.onNotice ?? (() => {});
  const longestMs = options.leafLifeMaxMs ?? leafLifeMaxMs;
  const listeners = new Set<() => void>();
  await ensurePrivateFolder(folder);
  let { state, active, other } = await open(options);
  let roots = rootsOf(active, other);
  let work: Promise<unknown> = Promise.resolve();

  /** Changes come one after another: each reads the files, then replaces `ca.json`. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = work.then(task);
    work = next.catch(() => {});
    return next;
  };
  const enter = async (next: AuthorityState, nextActive: Issuer, nextOther: Issuer | undefined): Promise<void> => {
    await writeAuthorityState(folder, next);
    [state, active, other] = [next, nextActive, nextOther];
    roots = rootsOf(active, other);
    await removeUnused(folder, state).catch((error: unknown) => notice('an old CA folder could not be removed', error));
    for (const listener of listeners) listener();
  };
  const add = async (files: Record<string, string>): Promise<{ name: string; issuer: Issuer }> => {
    const name = `ca-${randomHex(4)}`;
    await writeAuthorityFiles(join(folder, name), files);
    const read = await readAuthorityFiles(join(folder, name), clock.now());
    return { name, issuer: await createIssuer(read, clock) };
  };
  const expectPhase = (wanted: RotationPhase, sentence: string): void => {
    if (state.phase !== wanted) throw new WeftError('rotation_refused', sentence);
  };

  const upkeep = async (): Promise<void> => {
    const { files, notAfterMs } = active;
    if (caDir !== undefined && state.phase === 'steady') {
      const given = await readAuthorityFiles(caDir, clock.now());
      if (sameAuthority(given, files)) return;
      if (!sharesRoot(given, files)) {
        notice(`${caDir} has another root: run weft ca rotate start --ca-dir ${caDir} to go over to it`);
        return;
      }
      const { name, issuer } = await add(contentOf(given));
      await enter({ ...state, active: name }, issuer, undefined);
      notice(`the files of ${caDir} are in force`);
      return;
    }
    if (files.rootKeyPem === undefined || files.chainPems.length === 0) return;
    const { validFrom } = new X509Certificate(files.caCertPem);
    if (notAfterMs - clock.now() > (notAfterMs - Date.parse(validFrom)) * renewAtPart) return;
    // Below a root that ends as early there is nothing to gain.
    if (Date.parse(new X509Certificate(files.rootPem).validTo) - notAfterMs < hourMs) return;
    const { rootKeyPem } = files;
    const { name, issuer } = await add(await renewIntermediate({ ...files, rootKeyPem }, clock.now()));
    await enter({ ...state, active: name }, issuer, other);
    notice('the intermediate certificate of the CA was renewed');
  };

  const authority: Authority = {
    get rootPem() {
      return active.files.rootPem;
    },
    rootsPem: () => roots,
    issuers: () => (other === undefined ? [active] : [active, other]),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async issueWorkload(csrPem, spiffeId, lifeMs) {
      if (lifeMs > longestMs) {
        const hours = (ms: number): string => `${Math.ceil(ms / hourMs)} h`;
        throw new WeftError(
          'csr_invalid',
          `a life of ${hours(lifeMs)} is asked for, the longest is ${hours(longestMs)}`,
        );
      }
      const publicKey = await readRequest(csrPem);
      const issuer = active;
      const usage = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];
      const leaf = await issuer.sign(publicKey, lifeMs > 0 ? lifeMs : Math.min(leafLifeDefaultMs, longestMs), [
        new x509.ExtendedKeyUsageExtension(usage),
        // The subject is empty, so RFC 5280 4.2.1.6 wants the name critical.
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId }], true),
      ]);
      return {
        chain: [pemOf(leaf), ...issuer.files.chainPems, issuer.files.rootPem],
        serialNumber: leaf.serialNumber,
        notAfterMs: leaf.notAfter.getTime(),
        issuer: issuer.id,
      };
    },
    async issueServer(dnsNames, addresses) {
      const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
      const issuer = active;
      const names = [
        ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ];
      const leaf = await issuer.sign(keys.publicKey, leafLifeDefaultMs, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names, true),
      ]);
      return {
        certificatePem: [pemOf(leaf), ...issuer.files.chainPems].join(''),
        privateKeyPem: await privateKeyPem(keys.privateKey),
        notAfterMs: leaf.notAfter.getTime(),
      };
    },
    recognise(der) {
      const leaf = new X509Certificate(Buffer.from(der));
      const { uris, notBeforeMs, notAfterMs, serial } = infoOf(leaf);
      const now = clock.now();
      if (leaf.ca || uris.length !== 1 || now < notBeforeMs || now >= notAfterMs) return undefined;
      if (!authority.issuers().some((issuer) => issuer.issued(leaf))) return undefined;
      return { uri: uris[0] ?? '', serial: serial.toLowerCase(), notAfterMs };
    },
    phase: () => ({ phase: state.phase, sinceMs: state.sinceMs }),
    startRotation: (from) =>
      inTurn(async () => {
        expectPhase('steady', 'a rotation is under way: finish it first');
        const made =
          from === undefined
            ? await makeAuthority(options.trustDomain, clock.now())
            : contentOf(await readAuthorityFiles(from, clock.now()));
        const { name, issuer } = await add(made);
        if (issuer.id === active.id) {
          await rm(join(folder, name), { recursive: true, force: true });
          throw new WeftError('rotation_refused', `${from ?? 'the new CA'} is the CA that signs already`);
        }
        await enter({ active: state.active, other: name, phase: 'trusting', sinceMs: clock.now() }, active, issuer);
      }),
    switchIssuer: () =>
      inTurn(async () => {
        expectPhase('trusting', 'no rotation waits for the new CA to sign');
        if (other === undefined || state.other === undefined) throw new Error('a rotation without its second CA');
        const next: AuthorityState = {
          active: state.other,
          other: state.active,
          phase: 'issuing',
          sinceMs: clock.now(),
        };
        await enter(next, other, active);
      }),
    finishRotation: () =>
      inTurn(async () => {
        expectPhase('issuing', 'no rotation is under way whose new CA signs');
        await enter(
          { active: state.active, other: undefined, phase: 'steady', sinceMs: clock.now() },
          active,
          undefined,
        );
      }),
    upkeep: () =>
      inTurn(upkeep).catch((error: unknown) => {
        notice(`the CA could not be looked after: ${error instanceof Error ? error.message : String(error)}`, error);
      }),
    stop: clock.every(upkeepMs, () => void authority.upkeep()),
  };
  return authority;
}

interface Opened {
  state: AuthorityState;
  active: Issuer;
  other: Issuer | undefined;
}

async function open({ folder, caDir, trustDomain, clock }: AuthorityOptions): Promise<Opened> {
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
    const name = `ca-${randomHex(4)}`;
    await writeAuthorityFiles(join(folder, name), contentOf(given));
    state = { ...state, active: name };
    await writeAuthorityState(folder, state);
    return { state, active: await createIssuer(await read(name), clock), other };
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

function sameAuthority(one: AuthorityFiles, another: AuthorityFiles): boolean {
  return (
    one.caCertPem === another.caCertPem &&
    one.caKeyPem.trim() === another.caKeyPem.trim() &&
    one.rootsPem === another.rootsPem &&
    one.crlPem.trim() === another.crlPem.trim()
  );
}

function sharesRoot(one: AuthorityFiles, another: AuthorityFiles): boolean {
  return splitPem(another.rootsPem).includes(one.rootPem);
}

function rootsOf(active: Issuer, other: Issuer | undefined): string {
  const texts = splitPem(active.files.rootsPem + (other?.files.rootsPem ?? ''));
  return [...new Set(texts)].join('');
}
