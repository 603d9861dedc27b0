/** Error codes of RST_STREAM and GOAWAY (RFC 9113 section 7). */

export const http2ErrorCodes = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** Names of the codes, for logs: `http2ErrorName(8)` is "CANCEL". */
export function http2ErrorName(code: number): string {
  for (const [name, number] of Object.entries(http2ErrorCodes)) if (number === code) return name;
  return `0x${code.toString(16)}`;
}
