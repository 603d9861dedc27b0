/** Sessions as OpenSSL writes them: DER of its SSL_SESSION, from which the peer's certificate can be left out. */

const sequenceTag = 0x30;
/** `[3] EXPLICIT Certificate OPTIONAL` (OpenSSL, ssl/ssl_asn1.c). */
const peerTag = 0xa3;

/**
 * The session without the certificate of its peer, which a client of TLS 1.3 never looks at again; OpenSSL 3 needs 0.15 ms to read it, in
 * each connection. @returns what was given where it is not in the form that is known.
 */
export function withoutPeer(session: Buffer): Buffer {
  if (session[0] !== sequenceTag) return session;
  const from = contentAt(session, 1);
  if (from < 0 || from + lengthAt(session, 1) !== session.length) return session;
  for (let at = from; at < session.length; ) {
    const content = contentAt(session, at + 1);
    const next = content + lengthAt(session, at + 1);
    if (content < 0 || next > session.length) return session;
    if (session[at] === peerTag) {
      const before = session.subarray(from, at);
      const after = session.subarray(next);
      return Buffer.concat([headOf(before.length + after.length), before, after]);
    }
    at = next;
  }
  return session;
}

/** Where the content begins whose length is written at `at`; below 0: no definite length of at most 2 octets. */
function contentAt(der: Buffer, at: number): number {
  const first = der[at] ?? 0xff;
  if (first < 0x80) return at + 1;
  const octets = first - 0x80;
  return (octets === 1 || octets === 2) && at + octets < der.length ? at + 1 + octets : -1;
}

/** Only where `contentAt` found it. */
function lengthAt(der: Buffer, at: number): number {
  const first = der[at] ?? 0;
  if (first < 0x80) return first;
  return first === 0x81 ? (der[at + 1] ?? 0) : ((der[at + 1] ?? 0) << 8) | (der[at + 2] ?? 0);
}

function headOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([sequenceTag, length]);
  if (length < 0x100) return Buffer.from([sequenceTag, 0x81, length]);
  return Buffer.from([sequenceTag, 0x82, length >> 8, length & 0xff]);
}
