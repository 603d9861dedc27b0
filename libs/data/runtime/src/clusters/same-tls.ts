/** Tells whether two ways to secure a connection are the same. */

import type { UpstreamTls } from '../tables/tls.ts';

/** Keeps the object where nothing changed, so that a pool can tell by identity whether it must begin anew. */
export function sameTls(before: UpstreamTls | undefined, after: UpstreamTls | undefined): UpstreamTls | undefined {
  if (before === undefined || after === undefined || before === after) return after;
  const same =
    before.certificate === after.certificate &&
    before.roots === after.roots &&
    before.verify === after.verify &&
    before.sni === after.sni &&
    before.autoSni === after.autoSni &&
    before.autoSan === after.autoSan &&
    before.minVersion === after.minVersion &&
    before.maxVersion === after.maxVersion &&
    before.alpn.join() === after.alpn.join() &&
    before.expectedUris.join() === after.expectedUris.join() &&
    sanTexts(before) === sanTexts(after);
  return same ? before : after;
}

function sanTexts(tls: UpstreamTls): string {
  return tls.sans.map(({ type, text }) => `${type} ${text}`).join();
}
