/** What falls due by itself: an intermediate that runs out, and plugged-in files that somebody replaced. */

import { X509Certificate } from 'node:crypto';
import { contentOf, readAuthorityFiles } from './authority-files.ts';
import { type IssuersInForce, type IssuersOptions, sameAuthority, sharesRoot } from './issuers-in-force.ts';
import { renewIntermediate } from './make-authority.ts';

const hourMs = 3_600_000;
/** An intermediate whose root key is here is renewed when this part of its life is left. */
const renewAtPart = 1 / 3;

/** Renews what is due and takes changed files of `caDir`. @throws WeftError state_invalid for files that are no CA. */
export async function lookAfter(issuers: IssuersInForce, options: IssuersOptions): Promise<void> {
  if (options.caDir !== undefined && issuers.now().state.phase === 'steady')
    await takeGiven(issuers, options, options.caDir);
  else await renew(issuers, options);
}

async function takeGiven(issuers: IssuersInForce, options: IssuersOptions, caDir: string): Promise<void> {
  const { state, active } = issuers.now();
  const given = await readAuthorityFiles(caDir, options.clock.now());
  if (sameAuthority(given, active.files)) return;
  if (!sharesRoot(given, active.files)) {
    options.onNotice?.(`${caDir} has another root: run weft ca rotate start --ca-dir ${caDir} to go over to it`);
    return;
  }
  const { name, issuer } = await issuers.add(contentOf(given));
  await issuers.enter({ state: { ...state, active: name }, active: issuer, other: undefined });
  options.onNotice?.(`the files of ${caDir} are in force`);
}

async function renew(issuers: IssuersInForce, { clock, onNotice }: IssuersOptions): Promise<void> {
  const { state, active, other } = issuers.now();
  const { files, notAfterMs } = active;
  const { rootKeyPem } = files;
  if (rootKeyPem === undefined || files.chainPems.length === 0) return;
  const { validFrom } = new X509Certificate(files.caCertPem);
  if (notAfterMs - clock.now() > (notAfterMs - Date.parse(validFrom)) * renewAtPart) return;
  // Below a root that ends as early there is nothing to gain.
  if (Date.parse(new X509Certificate(files.rootPem).validTo) - notAfterMs < hourMs) return;
  const { name, issuer } = await issuers.add(await renewIntermediate({ ...files, rootKeyPem }, clock.now()));
  await issuers.enter({ state: { ...state, active: name }, active: issuer, other });
  onNotice?.('the intermediate certificate of the CA was renewed');
}
