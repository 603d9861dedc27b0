import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { defaultMeshConfig } from '@weft/model';
import { DownstreamTlsContextSchema } from '@weft/xds-messages/envoy/extensions/transport_sockets/tls/v3/tls';
import { describe, expect, it } from 'vitest';
import { downstreamMutualTls } from './transport-sockets.ts';

describe('the inbound side of mutual TLS', () => {
  it('takes callers of the trust domain and of its aliases, each once', () => {
    const mesh = { ...defaultMeshConfig, trustDomainAliases: ['old.example', 'cluster.local'] };
    const socket = downstreamMutualTls({ trustDomain: 'cluster.local', mesh }, ['h2']);
    const any = socket.configType.value;
    const context = any === undefined ? undefined : anyUnpack(any, DownstreamTlsContextSchema);
    const validation = context?.commonTlsContext?.validationContextType;
    const names =
      validation?.case === 'combinedValidationContext'
        ? validation.value.defaultValidationContext?.matchTypedSubjectAltNames.map(
            ({ matcher }) => matcher?.matchPattern.value,
          )
        : [];
    expect(names).toEqual(['spiffe://cluster.local/', 'spiffe://old.example/']);
  });
});
