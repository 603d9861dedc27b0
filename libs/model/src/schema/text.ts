/** Short texts of security and telemetry: neither empty nor with control characters, which Envoy would refuse. */

import { checkedString } from './object.ts';

/** @param what is named in the message, with its article: "a header name". */
export function nonEmptyText(what: string) {
  return checkedString((value) => {
    if (value === '') return `${what} must not be empty`;
    return /[\x00-\x08\x0a-\x1f\x7f]/.test(value) ? `${what} must not contain control characters` : undefined;
  });
}
