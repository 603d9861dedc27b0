/** The HTTP/2 stream below a call of grpc-js, which has no public way to drop one whose peer does not read. */

import { constants } from 'node:http2';

interface Closable {
  close(code: number): void;
}

/** Resets the call at once, with all that is written and not read. @returns false where grpc-js hides it. */
export function resetCall(call: object): boolean {
  let inner: unknown = call;
  for (let depth = 0; depth < 4 && typeof inner === 'object' && inner !== null; depth++) {
    if ('stream' in inner && isClosable(inner.stream)) {
      inner.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      return true;
    }
    inner = 'call' in inner ? inner.call : 'nextCall' in inner ? inner.nextCall : undefined;
  }
  return false;
}

function isClosable(value: unknown): value is Closable {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
