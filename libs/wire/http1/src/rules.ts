/** The closed list of rules that a message can break: the name travels in `x-weft-reason` and in the log. */

import type { ErrorCode } from '@weft/kernel';

interface RuleRow {
  readonly code: ErrorCode;
  readonly says: string;
}

const malformed = (says: string): RuleRow => ({ code: 'http_malformed', says });

/** Rule → what a server answers for it (`errorTable`), and the rule in words. A client answers `upstream_malformed` for all. */
export const http1Rules = {
  'method-invalid': malformed('a method is upper-case letters, digits, "-" and "_", 32 at most'),
  'request-line': malformed('a request line is method, one space, target, one space, version'),
  'target-invalid': malformed('a target has visible ASCII characters only'),
  'target-control': malformed('a target has no control characters'),
  'target-fragment': { code: 'path_fragment', says: 'a target has no fragment' },
  'target-form': malformed('a target is /path, http://host/path, host:port (CONNECT) or * (OPTIONS)'),
  'version-invalid': malformed('a version is HTTP/ and two digits with a dot'),
  'version-unsupported': { code: 'http_version_unsupported', says: 'this port speaks HTTP/1.1' },
  'version-old': { code: 'http_version_old', says: 'HTTP/1.0 requests are not served' },
  'bare-lf': malformed('a line ends with CRLF: no LF without CR'),
  'bare-cr': malformed('a line ends with CRLF: no CR without LF'),
  'obs-fold': malformed('a field is one line: no line starts with a space or a tab'),
  'space-before-colon': malformed('no space between a field name and its colon'),
  'field-name': malformed('a field name is a token'),
  'field-name-control': malformed('a field name has no control characters'),
  'field-no-colon': malformed('a field has a colon'),
  'field-value': malformed('a field value has no control characters'),
  'head-too-large': { code: 'http_head_too_large', says: 'a head has at most 61440 bytes' },
  'too-many-fields': { code: 'http_head_too_large', says: 'a head has at most 100 fields' },
  'host-missing': { code: 'host_missing', says: 'a request has a Host field' },
  'host-doubled': malformed('a request has one Host field'),
  'host-invalid': malformed('Host is a name or an address, and a port'),
  'host-userinfo': malformed('no user information in Host or in the target'),
  'host-mismatch': malformed('Host and the authority of the target are the same'),
  'content-length-doubled': malformed('one Content-Length field with one value'),
  'content-length-invalid': malformed('Content-Length is decimal digits'),
  'length-and-chunked': malformed('Content-Length or Transfer-Encoding, not both'),
  'transfer-encoding-doubled': malformed('one Transfer-Encoding field'),
  'transfer-encoding-invalid': malformed('chunked is the last coding, once'),
  'transfer-coding-unsupported': { code: 'http_coding_unsupported', says: 'chunked is the only coding' },
  'connection-invalid': malformed('Connection lists tokens and names no field that frames or addresses the message'),
  'body-not-allowed': malformed('CONNECT and TRACE have no body'),
  'chunk-size': malformed('a chunk size is 1 to 13 hexadecimal digits'),
  'chunk-extension': malformed('a chunk extension is visible characters, 256 bytes with the size'),
  'chunk-end': malformed('the data of a chunk ends with CRLF'),
  'trailer-too-large': malformed('a trailer section has at most 8192 bytes and 100 fields'),
  'trailer-forbidden': malformed('a trailer frames, routes or authenticates nothing'),
  'status-line': malformed('a status line is version, one space, three digits, one space, reason'),
  'upgrade-unasked': malformed('101 answers a request to upgrade'),
} as const satisfies Record<string, RuleRow>;

export type Http1Rule = keyof typeof http1Rules;
