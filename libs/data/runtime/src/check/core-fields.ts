/** Messages that many others are made of. */

import type { SupportedFields } from '../filter.ts';

export const coreFields: SupportedFields = {
  'envoy.config.core.v3.Address': ['socket_address', 'pipe'],
  // `mode` is for those who listen.
  'envoy.config.core.v3.Pipe': ['path'],
  // resolver_name and ipv4_compat would change where a socket goes.
  'envoy.config.core.v3.SocketAddress': ['protocol', 'address', 'port_value'],
  'envoy.config.core.v3.Locality': ['region', 'zone', 'sub_zone'],
  'envoy.config.core.v3.CidrRange': ['address_prefix', 'prefix_len'],
  // Typed metadata are for extensions that are not here to read them.
  'envoy.config.core.v3.Metadata': ['filter_metadata', 'typed_filter_metadata'],
  'envoy.config.core.v3.TransportSocket': ['name', 'typed_config'],
  'envoy.config.core.v3.TypedExtensionConfig': ['name', 'typed_config'],
  'envoy.config.core.v3.DataSource': ['filename', 'inline_bytes', 'inline_string'],
  'envoy.config.core.v3.ConfigSource': ['ads', 'self', 'resource_api_version', 'initial_fetch_timeout'],
  'envoy.config.core.v3.AggregatedConfigSource': [],
  'envoy.config.core.v3.SelfConfigSource': ['transport_api_version'],
  'envoy.config.core.v3.HeaderValueOption': ['header', 'append_action', 'keep_empty_value'],
  'envoy.config.core.v3.HeaderValue': ['key', 'value'],
  'envoy.config.core.v3.HttpUri': ['uri', 'cluster', 'timeout'],
  'envoy.config.core.v3.RuntimeFractionalPercent': ['default_value', 'runtime_key'],
  'envoy.config.core.v3.RuntimeFeatureFlag': ['default_value', 'runtime_key'],
  'envoy.config.core.v3.RuntimeUInt32': ['default_value', 'runtime_key'],
  'envoy.config.core.v3.RuntimePercent': ['default_value', 'runtime_key'],
  'envoy.config.core.v3.RuntimeDouble': ['default_value', 'runtime_key'],
  'envoy.type.v3.FractionalPercent': ['numerator', 'denominator'],
  'envoy.type.v3.Percent': ['value'],
  'envoy.type.v3.Int64Range': ['start', 'end'],
  'envoy.type.v3.Int32Range': ['start', 'end'],
  'envoy.type.matcher.v3.StringMatcher': ['exact', 'prefix', 'suffix', 'contains', 'safe_regex', 'ignore_case'],
  'envoy.type.matcher.v3.ListStringMatcher': ['patterns'],
  'envoy.type.matcher.v3.RegexMatcher': ['google_re2', 'regex'],
  'envoy.type.matcher.v3.RegexMatcher.GoogleRE2': [],
};
