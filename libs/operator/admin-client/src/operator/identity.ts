/** The operator API's calls about join tokens and the CA. */

import { asBoolean, asNumber, asObject, asString, listOf } from '../decode.ts';

export interface NewToken {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly workloadGroup?: string;
  readonly uses?: number;
  readonly ttlSeconds?: number;
}

export interface JoinToken {
  readonly id: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Empty: any of the service account. */
  readonly workloadGroup: string;
  readonly uses: number;
  readonly usesLeft: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** "valid", "expired", "used up", "revoked". */
  readonly state: string;
}

export interface CaStatus {
  /** "steady", "trusting", "issuing". */
  readonly phase: string;
  readonly since: string;
  readonly waitingFor: readonly string[];
  readonly roots: readonly {
    readonly subject: string;
    readonly fingerprint: string;
    readonly notAfter: string;
    readonly signs: boolean;
  }[];
  readonly issuing: { readonly subject: string; readonly notAfter: string };
  readonly certificates: number;
  readonly revoked: readonly { readonly spiffeId: string; readonly at: string; readonly reason: string }[];
  readonly revokedCertificates: number;
  readonly listProblem: string;
}

/** Every call throws AdminError. */
export interface IdentityClient {
  createToken(wanted: NewToken): Promise<JoinToken & { readonly token: string }>;
  tokens(): Promise<readonly JoinToken[]>;
  revokeToken(id: string): Promise<void>;
  ca(): Promise<CaStatus>;
  /** @param caDir folder of the new CA on the control plane's machine; nothing: one is made. */
  startRotation(caDir?: string): Promise<CaStatus>;
  finishRotation(force: boolean): Promise<CaStatus>;
  revoke(
    namespace: string,
    serviceAccount: string,
    reason: string,
  ): Promise<{ readonly certificates: number; readonly listProblem: string }>;
  restore(namespace: string, serviceAccount: string): Promise<void>;
}

export type Send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;

/** @param send one call with the operator's token; gives back the answer's JSON, nothing for none. */
export function createIdentityClient(send: Send): IdentityClient {
  return {
    async createToken(wanted) {
      const answer = await send('POST', '/v1/tokens', wanted);
      return { ...decodeToken(answer), token: asString(asObject(answer)['token']) };
    },
    tokens: async () => listOf(asObject(await send('GET', '/v1/tokens'))['tokens'], decodeToken),
    async revokeToken(id) {
      await send('DELETE', `/v1/tokens/${encodeURIComponent(id)}`);
    },
    ca: async () => decodeCa(await send('GET', '/v1/ca')),
    startRotation: async (caDir) =>
      decodeCa(await send('POST', '/v1/ca/rotation', caDir === undefined ? {} : { caDir })),
    finishRotation: async (force) => decodeCa(await send('POST', '/v1/ca/rotation/finish', { force })),
    async revoke(namespace, serviceAccount, reason) {
      const answer = asObject(await send('POST', '/v1/ca/revocations', { namespace, serviceAccount, reason }));
      return { certificates: asNumber(answer['certificates']), listProblem: asString(answer['listProblem']) };
    },
    async restore(namespace, serviceAccount) {
      const path = [namespace, serviceAccount].map(encodeURIComponent).join('/');
      await send('DELETE', `/v1/ca/revocations/${path}`);
    },
  };
}

function decodeToken(value: unknown): JoinToken {
  const token = asObject(value);
  return {
    id: asString(token['id']),
    namespace: asString(token['namespace']),
    serviceAccount: asString(token['serviceAccount']),
    workloadGroup: asString(token['workloadGroup']),
    uses: asNumber(token['uses']),
    usesLeft: asNumber(token['usesLeft']),
    createdAt: asString(token['createdAt']),
    expiresAt: asString(token['expiresAt']),
    state: asString(token['state']),
  };
}

function decodeCa(value: unknown): CaStatus {
  const ca = asObject(value);
  const issuing = asObject(ca['issuing']);
  return {
    phase: asString(ca['phase']),
    since: asString(ca['since']),
    waitingFor: listOf(ca['waitingFor'], asString),
    roots: listOf(ca['roots'], (item) => {
      const root = asObject(item);
      return {
        subject: asString(root['subject']),
        fingerprint: asString(root['fingerprint']),
        notAfter: asString(root['notAfter']),
        signs: asBoolean(root['signs']),
      };
    }),
    issuing: { subject: asString(issuing['subject']), notAfter: asString(issuing['notAfter']) },
    certificates: asNumber(ca['certificates']),
    revoked: listOf(ca['revoked'], (item) => {
      const one = asObject(item);
      return { spiffeId: asString(one['spiffeId']), at: asString(one['at']), reason: asString(one['reason']) };
    }),
    revokedCertificates: asNumber(ca['revokedCertificates']),
    listProblem: asString(ca['listProblem']),
  };
}
