/** From call metadata to an identity: the join token decides, and it must still fit its WorkloadGroup. */

import * as grpc from '@grpc/grpc-js';
import type { JoinTokens, WorkloadIdentity } from '@weft/control-ca';
import { WeftError } from '@weft/kernel';
import type { Refusal } from '@weft/xds-protocol';
import type { StreamIdentity } from './proxies/describe-proxy.ts';

/** Through which port a stream came. */
export type Via = 'tls' | 'clear';

export interface Authenticator {
  /** @throws WeftError token_invalid. */
  workload(metadata: grpc.Metadata): Promise<WorkloadIdentity>;
  /** In clear text a stream may come without a token; then it is nobody's. */
  stream(metadata: grpc.Metadata, via: Via): Promise<StreamIdentity | Refusal>;
}

/** @param groups the groups that exist now. */
export function createAuthenticator(tokens: JoinTokens, groups: () => readonly WorkloadIdentity[]): Authenticator {
  const workload = async (metadata: grpc.Metadata): Promise<WorkloadIdentity> => {
    const authorization = metadata.get('authorization')[0];
    if (typeof authorization !== 'string' || !authorization.startsWith('Bearer ')) {
      throw new WeftError('token_invalid', 'a join token is required: authorization: Bearer <token>');
    }
    const identity = await tokens.verifyJoinToken(authorization.slice('Bearer '.length).trim());
    const group = groups().find((candidate) => candidate.group === identity.group);
    if (group === undefined) {
      throw new WeftError(
        'token_invalid',
        `WorkloadGroup ${identity.group}, which the join token names, does not exist`,
      );
    }
    if (group.serviceAccount !== identity.serviceAccount) {
      throw new WeftError('token_invalid', `the join token is older than the service account of ${identity.group}`);
    }
    return identity;
  };

  return {
    workload,
    async stream(metadata, via) {
      if (via === 'clear' && metadata.get('authorization').length === 0) return { workload: undefined };
      try {
        return { workload: await workload(metadata) };
      } catch (error) {
        if (!(error instanceof WeftError)) throw error;
        return { refused: true, status: grpc.status.UNAUTHENTICATED, reason: error.message };
      }
    },
  };
}
