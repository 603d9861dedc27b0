/** What a TLS ClientHello says before anything is answered: server name and protocols (RFC 8446 section 4.1.2, RFC 6066, RFC 7301). */

export interface ClientHello {
  /** Lower case; empty: none was sent. */
  readonly serverName: string;
  readonly alpn: readonly string[];
}

/** Octets that a ClientHello may have; a longer one counts as none. */
export const clientHelloBytesMax = 16_384;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;

/**
 * @param bytes the first octets of a connection. @returns the hello; 'incomplete': more is needed; 'other': it is not TLS.
 */
export function parseClientHello(bytes: Buffer): ClientHello | 'incomplete' | 'other' {
  if (bytes.length === 0) return 'incomplete';
  if (bytes[0] !== HANDSHAKE) return 'other';
  if (bytes.length < 5) return bytes.length < 2 || bytes[1] === 3 ? 'incomplete' : 'other';
  if (bytes[1] !== 3) return 'other';
  const message = joinRecords(bytes);
  if (typeof message === 'string') return message;
  if (message.length < 4) return 'incomplete';
  if (message[0] !== CLIENT_HELLO) return 'other';
  const length = message.readUIntBE(1, 3);
  if (length > clientHelloBytesMax) return 'other';
  if (message.length < 4 + length) return 'incomplete';
  return readHello(message.subarray(4, 4 + length)) ?? 'other';
}

/** The handshake's octets, which may stand in several records. */
function joinRecords(bytes: Buffer): Buffer | 'incomplete' | 'other' {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === HANDSHAKE) {
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > clientHelloBytesMax) return 'other';
    parts.push(bytes.subarray(at + 5, Math.min(bytes.length, at + 5 + length)));
    at += 5 + length;
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

function readHello(hello: Buffer): ClientHello | undefined {
  let at = 2 + 32;
  const skip = (lengthBytes: number): boolean => {
    if (at + lengthBytes > hello.length) return false;
    at += lengthBytes + hello.readUIntBE(at, lengthBytes);
    return at <= hello.length;
  };
  // Session id, cipher suites, compression methods.
  if (!skip(1) || !skip(2) || !skip(1)) return undefined;
  if (at === hello.length) return { serverName: '', alpn: [] };
  if (at + 2 > hello.length) return undefined;
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  if (end > hello.length) return undefined;
  let serverName = '';
  let alpn: readonly string[] = [];
  while (at + 4 <= end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    at += 4;
    if (at + length > end) return undefined;
    const content = hello.subarray(at, at + length);
    if (type === SERVER_NAME) serverName = readServerName(content);
    else if (type === ALPN) alpn = readAlpn(content);
    at += length;
  }
  return { serverName, alpn };
}

function readServerName(content: Buffer): string {
  let at = 2;
  while (at + 3 <= content.length) {
    const length = content.readUInt16BE(at + 1);
    if (content[at] === 0) return content.toString('latin1', at + 3, at + 3 + length).toLowerCase();
    at += 3 + length;
  }
  return '';
}

function readAlpn(content: Buffer): readonly string[] {
  const names: string[] = [];
  let at = 2;
  while (at < content.length) {
    const length = content[at] as number;
    names.push(content.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return names;
}
