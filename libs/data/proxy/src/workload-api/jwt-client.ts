/** JWT-SVIDs from the control plane: weft.identity.v1.JwtSvidService. */

import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import {
  FetchJwtKeysRequestSchema,
  JwtSvidService,
  SignJwtSvidRequestSchema,
} from '@weft/xds-messages/weft/identity/v1/jwt_svid';
import { createServiceClient, unaryCall } from '@weft/xds-protocol';
import { type CaClientOptions, callCredentials } from '../identity/ca-client.ts';

/** Longest wait for an answer. */
const callTimeoutMs = 10_000;

/** All throw grpc.ServiceError, or WeftError token_invalid where there is nothing to show who calls. */
export interface JwtClient {
  /** @returns the compact form. */
  sign(audience: readonly string[]): Promise<string>;
  /** JWK set, JSON. */
  keys(): Promise<string>;
}

/** Each call has a connection of its own: minutes lie between two. */
export function createJwtClient(options: CaClientOptions): JwtClient {
  const { method } = JwtSvidService;
  const withClient = async <T>(
    call: (client: grpc.Client, metadata: grpc.Metadata, deadline: number) => Promise<T>,
  ): Promise<T> => {
    const { token, rootCertPem, clientCertificate } = callCredentials(options);
    const metadata = new grpc.Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const { address, serverName } = options;
    const client = createServiceClient({ address, serverName, rootCertPem, clientCertificate });
    try {
      return await call(client, metadata, options.clock.now() + callTimeoutMs);
    } finally {
      client.close();
    }
  };
  return {
    sign: (audience) =>
      withClient(async (client, metadata, deadline) => {
        const request = create(SignJwtSvidRequestSchema, { audience: [...audience] });
        return (await unaryCall(client, method.signJwtSvid, request, metadata, { deadline })).svid;
      }),
    keys: () =>
      withClient(async (client, metadata, deadline) => {
        const request = create(FetchJwtKeysRequestSchema);
        return (await unaryCall(client, method.fetchJwtKeys, request, metadata, { deadline })).keys;
      }),
  };
}
