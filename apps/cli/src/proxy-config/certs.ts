/** From a sidecar's `/certs` (Envoy's form) to rows: a secret's content is never in a dump. */

import { asArray, asObject, asString, field, type Json } from '@weft/operator-admin-client';
import type { DumpTable } from './rows.ts';

export function tableOfCerts(certs: unknown): DumpTable {
  const rows = asArray(asObject(certs)['certificates']).flatMap((item) => {
    const certificate = asObject(item);
    return [
      ...asArray(field(certificate, 'cert_chain')).map((link, index) =>
        row('default', index === 0 ? 'certificate' : 'issuer', asObject(link)),
      ),
      ...asArray(field(certificate, 'ca_cert')).map((root) => row('ROOTCA', 'root', asObject(root))),
    ];
  });
  return { headers: ['SECRET', 'TYPE', 'VALID UNTIL', 'SERIAL', 'IDENTITY'], rows };
}

function row(name: string, type: string, certificate: Json): string[] {
  const names = asArray(field(certificate, 'subject_alt_names')).map((item) => {
    const alternative = asObject(item);
    return asString(alternative['uri']) || asString(alternative['dns']);
  });
  return [
    name,
    type,
    asString(field(certificate, 'expiration_time')) || '-',
    asString(field(certificate, 'serial_number')) || '-',
    names.join(', ') || '-',
  ];
}
