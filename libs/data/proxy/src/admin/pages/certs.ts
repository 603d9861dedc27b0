/** `/certs`: the proxy's certificate chain and the roots that it trusts, in Envoy's form. Never a key. */

import { type CertificateInfo, inspectChain } from '@weft/identity';
import type { AdminView } from '../admin-view.ts';
import { json, type SideAnswer } from '../side-server.ts';

const dayMs = 86_400_000;

export function certsPage(view: AdminView): SideAnswer {
  const identity = view.identity();
  const now = view.clock.now();
  const roots = view.tables.roots.current ?? identity?.rootPem;
  const certificate = {
    ca_cert: roots === undefined ? [] : inspectChain(roots).map((info) => describe(info, now)),
    cert_chain: identity === undefined ? [] : identity.chain.slice(0, -1).map((info) => describe(info, now)),
  };
  return json(200, { certificates: [certificate] });
}

function describe(info: CertificateInfo, nowMs: number): object {
  return {
    path: '<inline>',
    serial_number: info.serial.toLowerCase(),
    subject_alt_names: info.uris.map((uri) => ({ uri })),
    days_until_expiration: String(Math.max(0, Math.floor((info.notAfterMs - nowMs) / dayMs))),
    valid_from: new Date(info.notBeforeMs).toISOString(),
    expiration_time: new Date(info.notAfterMs).toISOString(),
  };
}
