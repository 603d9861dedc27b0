/** The fields of format strings. */

import type { SupportedFields } from '../filter.ts';

/** For the field check of whoever takes such a message. */
export const formatStringFields: SupportedFields = {
  'envoy.config.core.v3.SubstitutionFormatString': [
    'text_format',
    'text_format_source',
    'json_format',
    'omit_empty_values',
    'content_type',
    'formatters',
    'json_format_options',
  ],
  'envoy.config.core.v3.JsonFormatOptions': ['sort_properties'],
  'envoy.config.core.v3.DataSource': ['inline_bytes', 'inline_string'],
  'envoy.config.core.v3.TypedExtensionConfig': ['name', 'typed_config'],
};
