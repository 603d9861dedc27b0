/** `weft.identity.v1.JwtSvidService`: a sidecar's Workload API asks for signatures here. */

import { create } from '@bufbuild/protobuf';
import type * as grpc from '@grpc/grpc-js';
import {
  type FetchJwtKeysRequest,
  type FetchJwtKeysResponse,
  FetchJwtKeysResponseSchema,
  JwtSvidService,
  type SignJwtSvidRequest,
  type SignJwtSvidResponse,
  SignJwtSvidResponseSchema,
} from '@weft/xds-messages/weft/identity/v1/jwt_svid';
import { serviceDefinition } from '@weft/xds-protocol';
import {
  assertAllowed,
  type CertificateService,
  type CertificateServiceOptions,
  credentialsOf,
  refusalOf,
  spiffeIdOf,
} from './certificate-service.ts';
import type { JwtAuthority } from './jwt-authority.ts';

export type JwtServiceOptions = Pick<
  CertificateServiceOptions,
  'authenticate' | 'trustDomain' | 'issued' | 'rate' | 'audit'
> & { readonly jwt: JwtAuthority };

/** The subject is who calls. Each signature and refusal is audited. */
export function createJwtService(options: JwtServiceOptions): CertificateService {
  const { audit, jwt } = options;

  const sign = async (
    call: grpc.ServerUnaryCall<SignJwtSvidRequest, SignJwtSvidResponse>,
  ): Promise<SignJwtSvidResponse> => {
    const { workload, by } = await options.authenticate(credentialsOf(call));
    const spiffeId = spiffeIdOf(workload, options.trustDomain);
    assertAllowed(options, spiffeId);
    const svid = await jwt.sign(spiffeId, call.request.audience);
    audit.write({ event: 'JWT issued', spiffeId, by, peer: call.getPeer() });
    return create(SignJwtSvidResponseSchema, { svid });
  };

  const signJwtSvid: grpc.handleUnaryCall<SignJwtSvidRequest, SignJwtSvidResponse> = (call, callback) => {
    sign(call).then(
      (response) => callback(null, response),
      (error: unknown) => {
        const { code, status, details } = refusalOf(error, 'the JWT-SVID could not be made');
        audit.write({ event: 'JWT refused', code, reason: details, peer: call.getPeer() });
        callback({ code: status, details });
      },
    );
  };

  // Keys to check signatures by are public.
  const fetchJwtKeys: grpc.handleUnaryCall<FetchJwtKeysRequest, FetchJwtKeysResponse> = (_call, callback) => {
    callback(null, create(FetchJwtKeysResponseSchema, { keys: jwt.keys }));
  };

  return {
    addTo(server) {
      server.addService(serviceDefinition(JwtSvidService), { signJwtSvid, fetchJwtKeys });
    },
  };
}
