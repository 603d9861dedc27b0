/** What is said of a handshake that failed: one short line, without what OpenSSL tells of the machine that it was built on. */

/** What Node adds to errors of OpenSSL. */
interface OpensslError extends Error {
  readonly code?: string;
  /** "wrong version number". */
  readonly reason?: string;
}

/**
 * "TLS error: wrong version number" for what OpenSSL says of the protocol, else the message. Never holds a line break.
 * @param verification the peer's certificate was not taken: that is said first, as Envoy does.
 */
export function failureText(error: Error, verification = false): string {
  const { code = '', reason, message } = error as OpensslError;
  if (verification) return `TLS error: certificate verify failed: ${oneLine(message)}`;
  if (reason !== undefined && reason !== '') return `TLS error: ${oneLine(reason)}`;
  if (code.startsWith('ERR_SSL_'))
    return `TLS error: ${code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ')}`;
  return connectFailureText(code) ?? oneLine(message);
}

const systemTexts: { readonly [code: string]: string } = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
};

/** @param code of a socket's error. @returns Envoy's words, without the address; nothing: it is none of those that a network makes. */
function connectFailureText(code: string): string | undefined {
  const text = Object.hasOwn(systemTexts, code) ? systemTexts[code] : undefined;
  return text === undefined ? undefined : `delayed connect error: ${text}`;
}

function oneLine(text: string): string {
  const end = text.search(/[\r\n]/);
  return end < 0 ? text : text.slice(0, end);
}
