/** Transport sockets and secrets. */

import type { SupportedFields } from '../filter.ts';

const tls = 'envoy.extensions.transport_sockets.tls.v3';

export const tlsFields: SupportedFields = {
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': [],
  [`${tls}.DownstreamTlsContext`]: [
    'common_tls_context',
    'require_client_certificate',
    'disable_stateless_session_resumption',
    'disable_stateful_session_resumption',
    'session_timeout',
    // LENIENT_STAPLING, which asks for nothing.
    'ocsp_staple_policy',
    'full_scan_certs_on_sni_mismatch',
  ],
  [`${tls}.UpstreamTlsContext`]: ['common_tls_context', 'sni', 'max_session_keys', 'enforce_rsa_key_usage'],
  [`${tls}.CommonTlsContext`]: [
    'tls_params',
    'tls_certificates',
    'tls_certificate_sds_secret_configs',
    'validation_context',
    'validation_context_sds_secret_config',
    'combined_validation_context',
    'alpn_protocols',
  ],
  [`${tls}.TlsParameters`]: ['tls_minimum_protocol_version', 'tls_maximum_protocol_version', 'cipher_suites'],
  [`${tls}.SdsSecretConfig`]: ['name', 'sds_config'],
  [`${tls}.CommonTlsContext.CombinedCertificateValidationContext`]: [
    'default_validation_context',
    'validation_context_sds_secret_config',
  ],
  [`${tls}.CertificateValidationContext`]: [
    'trusted_ca',
    'system_root_certs',
    'crl',
    'match_typed_subject_alt_names',
    'match_subject_alt_names',
    'trust_chain_verification',
  ],
  [`${tls}.CertificateValidationContext.SystemRootCerts`]: [],
  [`${tls}.SubjectAltNameMatcher`]: ['san_type', 'matcher'],
  [`${tls}.TlsCertificate`]: ['certificate_chain', 'private_key', 'password'],
  [`${tls}.Secret`]: ['name', 'tls_certificate', 'validation_context'],
};
