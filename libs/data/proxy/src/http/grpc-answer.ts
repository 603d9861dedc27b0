/** Answers made here for gRPC clients: a status in the head, as Envoy's local replies have it. */

/** google.rpc.Code → HTTP status (Envoy's Grpc::Utility::grpcToHttpStatus): for outlier detection. */
export function httpStatusOf(grpcStatus: number): number {
  switch (grpcStatus) {
    case 0:
      return 200;
    case 1:
      return 499;
    case 3:
    case 9:
    case 11:
      return 400;
    case 4:
      return 504;
    case 5:
      return 404;
    case 6:
    case 10:
      return 409;
    case 7:
      return 403;
    case 8:
      return 429;
    case 12:
      return 501;
    case 14:
      return 503;
    case 16:
      return 401;
    default:
      return 500;
  }
}

/** The content-type is application/grpc, alone or with "+" or a parameter. */
export function isGrpc(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length !== 12 || name !== 'content-type') continue;
    const value = fields[i + 1] as string;
    if (value.length < 16 || !value.startsWith('application/grpc')) return false;
    const next = value.charCodeAt(16);
    // End, "+" or ";": application/grpc-web is something else.
    return Number.isNaN(next) || next === 0x2b || next === 0x3b;
  }
  return false;
}

/** The number in grpc-status; nothing: there is none. */
export function grpcStatusIn(fields: readonly string[]): number | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length !== 11 || name !== 'grpc-status') continue;
    const value = fields[i + 1] as string;
    return /^[0-9]{1,2}$/.test(value) ? Number(value) : 2;
  }
  return undefined;
}

/** Percent-encoding of grpc-message: space to "~" but "%" stay. */
export function encodeGrpcMessage(message: string): string {
  if (/^[ -$&-~]*$/.test(message)) return message;
  let text = '';
  for (const octet of Buffer.from(message)) {
    const plain = octet >= 0x20 && octet <= 0x7e && octet !== 0x25;
    text += plain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
