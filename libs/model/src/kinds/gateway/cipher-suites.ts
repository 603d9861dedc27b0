/** Cipher suites of TLS 1.2 that a gateway may be told to use, by OpenSSL's names. */

const suites: ReadonlySet<string> = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
  'ALL',
]);

/** A name that BoringSSL has, or an expression of its cipher language ("-ALL", "[A|B]"), which is taken as it is. */
export function isCipherSuite(name: string): boolean {
  return suites.has(name) || (name !== '' && !/^[\p{L}\p{N}]/u.test(name));
}
