/** What a server said to a conversation, read from the octets that it sent. */

/** 'connection': GOAWAY with an error; 'stream': RST_STREAM; 'refused': an answer of 4xx; 'accepted': an answer and no error; 'nothing': none of these. */
export interface Outcome {
  readonly kind: 'connection' | 'stream' | 'refused' | 'accepted' | 'nothing';
  /** Error code; 0 for 'accepted', 'refused' and 'nothing'. */
  readonly code: number;
}

/** @param octets all that the server sent. */
export function outcomeOf(octets: Buffer): Outcome {
  let outcome: Outcome = { kind: 'nothing', code: 0 };
  for (let at = 0; at + 9 <= octets.length; ) {
    const length = octets.readUIntBE(at, 3);
    const type = octets[at + 3];
    const payload = at + 9;
    if (type === 7 && octets.readUInt32BE(payload + 4) !== 0) {
      return { kind: 'connection', code: octets.readUInt32BE(payload + 4) };
    }
    if (type === 3 && octets.readUInt32BE(payload) !== 0 && outcome.kind !== 'stream') {
      outcome = { kind: 'stream', code: octets.readUInt32BE(payload) };
    }
    if (type === 1 && outcome.kind === 'nothing') {
      outcome = { kind: isRefusal(octets, payload, payload + length) ? 'refused' : 'accepted', code: 0 };
    }
    at = payload + length;
  }
  return outcome;
}

/** The head begins with ":status": an index of the static table (12 is 400, 13 is 404), or a literal with its name. */
function isRefusal(octets: Buffer, from: number, to: number): boolean {
  const first = octets[from] as number;
  if (first === 0x8c || first === 0x8d) return true;
  return first < 0x80 && /\x03(?:4\d\d)/.test(octets.toString('latin1', from, Math.min(to, from + 8)));
}
