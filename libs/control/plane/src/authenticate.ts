/** From what a call brings to an identity: a join token, a Kubernetes token, or a certificate of ours that is still valid. */

import type {
  Authority,
  CallCredentials,
  Caller,
  IssuedCertificates,
  JoinTokens,
  TokenBook,
  TokenReviewer,
  WorkloadIdentity,
} from '@weft/control-ca';
import { spiffeIdOf, tokenLengthMax } from '@weft/control-ca';
import { parseSpiffeId } from '@weft/identity';
import { WeftError } from '@weft/kernel';
import type { Refusal } from '@weft/xds-protocol';
import type { StreamIdentity } from './proxies/describe-proxy.ts';

/** Through which port a stream came. */
export type Via = 'tls' | 'clear';

export interface Authenticator {
  /** @throws WeftError token_invalid, ca_overloaded, config_unavailable. */
  caller(credentials: CallCredentials): Promise<Caller>;
  /** In clear text a stream may come without a token; then it is nobody's. */
  stream(credentials: CallCredentials, via: Via): Promise<StreamIdentity | Refusal>;
}

export interface AuthenticatorOptions {
  readonly tokens: JoinTokens;
  readonly book: TokenBook;
  readonly authority: Authority;
  readonly issued: IssuedCertificates;
  readonly trustDomain: string;
  /** Asks Kubernetes; nothing: its tokens are refused. */
  readonly reviewer?: TokenReviewer | undefined;
  /** The groups that exist now. */
  groups(): readonly WorkloadIdentity[];
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { issued, trustDomain } = options;

  const caller = async (credentials: CallCredentials): Promise<Caller> => {
    const byCertificate = certified(options, credentials.certificate);
    const authorization = credentials.metadata.get('authorization')[0];
    if (typeof authorization !== 'string') {
      if (byCertificate !== undefined) return byCertificate;
      throw new WeftError('token_invalid', 'a token is required: authorization: Bearer <token>');
    }
    try {
      const byToken = await tokenCaller(options, tokenOf(authorization));
      // A renewal uses up nothing: the certificate alone would have done.
      const renews = byCertificate !== undefined && isSame(byToken.workload, byCertificate.workload);
      return renews ? { workload: byToken.workload, by: byCertificate.by } : byToken;
    } catch (error) {
      // The token of the first start may be used up or gone by: then the certificate stands for the workload.
      if (byCertificate !== undefined && error instanceof WeftError && error.code === 'token_invalid') {
        return byCertificate;
      }
      throw error;
    }
  };

  return {
    caller,
    async stream(credentials, via) {
      if (via === 'clear' && credentials.metadata.get('authorization').length === 0) return { workload: undefined };
      try {
        const { workload } = await caller(credentials);
        if (issued.isRevoked(spiffeIdOf(workload, trustDomain))) {
          throw new WeftError('identity_revoked', 'the identity is revoked');
        }
        return { workload };
      } catch (error) {
        if (!(error instanceof WeftError)) throw error;
        return { refused: true, status: error.row.grpcStatus, reason: error.message };
      }
    },
  };
}

/** Nothing for a certificate that is not ours, has expired or is revoked. */
function certified(options: AuthenticatorOptions, der: Uint8Array | undefined): Caller | undefined {
  const leaf = der === undefined ? undefined : options.authority.recognise(der);
  if (leaf === undefined || options.issued.isRevokedSerial(leaf.serial)) return undefined;
  const id = parseSpiffeId(leaf.uri);
  if (id === undefined || id.trustDomain !== options.trustDomain) return undefined;
  return { workload: { group: '', namespace: id.namespace, serviceAccount: id.serviceAccount }, by: 'certificate' };
}

async function tokenCaller({ tokens, book, reviewer, groups }: AuthenticatorOptions, token: string): Promise<Caller> {
  if (token.length > tokenLengthMax) throw new WeftError('token_invalid', 'the token is too long');
  if (book.owns(token)) {
    const workload = book.check(token);
    if (workload.group !== '') assertGroup(groups(), workload);
    return { workload, by: 'bounded join token', use: () => book.use(token) };
  }
  if (reviewer !== undefined && issuerOf(token) !== 'weft') {
    return { workload: { group: '', ...(await reviewer.review(token)) }, by: 'service-account token' };
  }
  const workload = await tokens.verifyJoinToken(token);
  assertGroup(groups(), workload);
  return { workload, by: 'join token' };
}

function assertGroup(groups: readonly WorkloadIdentity[], identity: WorkloadIdentity): void {
  const group = groups.find((candidate) => candidate.group === identity.group);
  if (group === undefined) {
    throw new WeftError('token_invalid', `WorkloadGroup ${identity.group}, which the join token names, does not exist`);
  }
  if (group.serviceAccount !== identity.serviceAccount) {
    throw new WeftError('token_invalid', `the join token is older than the service account of ${identity.group}`);
  }
}

function tokenOf(authorization: string): string {
  if (authorization.startsWith('Bearer ')) return authorization.slice('Bearer '.length).trim();
  throw new WeftError('token_invalid', 'a token is required: authorization: Bearer <token>');
}

/** Only tells which judge to ask: nothing is believed of it. */
function issuerOf(token: string): unknown {
  try {
    return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iss?: unknown }).iss;
  } catch {
    return undefined;
  }
}

function isSame(one: WorkloadIdentity, another: WorkloadIdentity): boolean {
  return one.namespace === another.namespace && one.serviceAccount === another.serviceAccount;
}
