/** What a client is told whose request could not be read, in Envoy's words. */

import { STATUS_CODES } from 'node:http';
import { type Http1Rule, http1Rules } from '@weft/http1';
import { errorTable } from '@weft/kernel';

/** Envoy's response_code_details of a rule; the others are `http1.codec_error`. */
const details: { readonly [rule in Http1Rule]?: string } = {
  'version-old': 'low_version',
  'head-too-large': 'http1.headers_too_large',
  'too-many-fields': 'http1.too_many_headers',
  'field-value': 'http1.invalid_characters',
  'field-name-control': 'http1.invalid_characters',
  'target-control': 'http1.invalid_characters',
  'target-fragment': 'path_normalization_failed',
  'host-missing': 'missing_host_header',
  'host-invalid': 'http.invalid_authority',
  'host-userinfo': 'http.invalid_authority',
  'length-and-chunked': 'http1.content_length_and_chunked_not_allowed',
  'transfer-coding-unsupported': 'http1.invalid_transfer_encoding',
  'transfer-encoding-invalid': 'http1.invalid_transfer_encoding',
};

export function detailOfRule(rule: Http1Rule): string {
  return details[rule] ?? 'http1.codec_error';
}

/** The name of the status, but for a missing Host and a fragment, which Envoy answers without a word. */
export function bodyOfRule(rule: Http1Rule): string {
  return rule === 'host-missing' || rule === 'target-fragment'
    ? ''
    : (STATUS_CODES[errorTable[http1Rules[rule].code].httpStatus] ?? '');
}
