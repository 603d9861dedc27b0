/** `istio.v1.auth.IstioCertificateService`: a certificate for who the caller shows to be. */

import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { formatSpiffeId, isSpiffeId } from '@weft/identity';
import { type Clock, WeftError } from '@weft/kernel';
import {
  type IstioCertificateRequest,
  type IstioCertificateResponse,
  IstioCertificateResponseSchema,
  IstioCertificateService,
} from '@weft/xds-messages/istio/v1/auth/ca';
import { serviceDefinition } from '@weft/xds-protocol';
import type { AuditLog } from './audit-log.ts';
import type { Authority } from './authority.ts';
import type { IssueRate } from './issue-rate.ts';
import type { IssuedCertificates } from './issued-certificates.ts';
import type { WorkloadIdentity } from './join-tokens.ts';

/** What a call brings to show who it is. */
export interface CallCredentials {
  readonly metadata: grpc.Metadata;
  /** DER of the client's certificate, where the connection has one that leads to a root of ours. */
  readonly certificate: Uint8Array | undefined;
}

/** Who calls. */
export interface Caller {
  readonly workload: WorkloadIdentity;
  /** For the audit: "join token", "certificate", "service-account token". */
  readonly by: string;
  /** Counts a use of a token that is bounded, as the last thing before the answer. @throws WeftError token_invalid. */
  use?(): Promise<unknown>;
}

export interface CertificateServiceOptions {
  readonly authority: Authority;
  readonly trustDomain: string;
  /** @throws WeftError token_invalid, ca_overloaded, config_unavailable. */
  authenticate(credentials: CallCredentials): Promise<Caller>;
  readonly issued: IssuedCertificates;
  readonly rate: IssueRate;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Told of each outcome: "issued" or an error code. */
  onOutcome?(outcome: string): void;
}

export interface CertificateService {
  addTo(server: grpc.Server): void;
}

/** The identity is the caller's, whatever the request's subject and names say. Each issue and refusal is audited. */
export function createCertificateService(options: CertificateServiceOptions): CertificateService {
  const { audit, issued, clock } = options;

  const answer = async (
    call: grpc.ServerUnaryCall<IstioCertificateRequest, IstioCertificateResponse>,
    known: { spiffeId?: string; by?: string },
  ): Promise<IstioCertificateResponse> => {
    const caller = await options.authenticate(credentialsOf(call));
    const spiffeId = spiffeIdOf(caller.workload, options.trustDomain);
    Object.assign(known, { spiffeId, by: caller.by });
    assertAllowed(options, spiffeId);
    assertPlain(call.request);
    const lifeMs = Number(call.request.validityDuration) * 1000;
    const made = await options.authority.issueWorkload(call.request.csr, spiffeId, lifeMs);
    await caller.use?.();
    // Before the answer: what is out can be revoked.
    const { serialNumber: serial, notAfterMs, issuer } = made;
    await issued.add({ serial, uri: spiffeId, notAfterMs, issuer, issuedAtMs: clock.now() });
    if (issued.isRevoked(spiffeId)) throw revoked(spiffeId);
    const notAfter = new Date(notAfterMs).toISOString();
    audit.write({ event: 'certificate issued', ...known, serial, notAfter, peer: call.getPeer() });
    return create(IstioCertificateResponseSchema, { certChain: [...made.chain] });
  };

  const createCertificate: grpc.handleUnaryCall<IstioCertificateRequest, IstioCertificateResponse> = (
    call,
    callback,
  ) => {
    const known = {};
    answer(call, known).then(
      (response) => {
        options.onOutcome?.('issued');
        callback(null, response);
      },
      (error: unknown) => {
        const { code, status, details } = refusalOf(error, 'the certificate could not be made');
        options.onOutcome?.(code);
        audit.write({ event: 'certificate refused', ...known, code, reason: messageOf(error), peer: call.getPeer() });
        callback({ code: status, details });
      },
    );
  };

  return {
    addTo(server) {
      server.addService(serviceDefinition(IstioCertificateService), { createCertificate });
    },
  };
}

export function credentialsOf(call: {
  readonly metadata: grpc.Metadata;
  getAuthContext(): { readonly sslPeerCertificate?: { readonly raw: Buffer } } | null;
}): CallCredentials {
  return { metadata: call.metadata, certificate: call.getAuthContext()?.sslPeerCertificate?.raw };
}

/** @throws WeftError token_invalid for a name that is none of SPIFFE. */
export function spiffeIdOf({ namespace, serviceAccount }: WorkloadIdentity, trustDomain: string): string {
  const id = { trustDomain, namespace, serviceAccount };
  if (!isSpiffeId(id)) throw new WeftError('token_invalid', 'the token names no valid SPIFFE identity');
  return formatSpiffeId(id);
}

/** @throws WeftError identity_revoked, ca_overloaded. */
export function assertAllowed(
  on: { readonly issued: IssuedCertificates; readonly rate: IssueRate },
  uri: string,
): void {
  if (on.issued.isRevoked(uri)) throw revoked(uri);
  if (!on.rate.take(uri)) throw new WeftError('ca_overloaded', `${uri} asks for certificates too fast`);
}

/** What the caller is told: the message of an expected failure names a rule, never a secret; others stay here. */
export function refusalOf(
  error: unknown,
  unknown: string,
): { readonly code: string; readonly status: grpc.status; readonly details: string } {
  if (!(error instanceof WeftError)) return { code: 'internal', status: grpc.status.INTERNAL, details: unknown };
  return { code: error.code, status: error.row.grpcStatus, details: error.message };
}

function revoked(uri: string): WeftError {
  return new WeftError('identity_revoked', `${uri} is revoked`);
}

/** Istio's agent always sends CertSigner, empty where none was chosen. */
function assertPlain({ metadata }: IstioCertificateRequest): void {
  for (const key of ['CertSigner', 'ImpersonatedIdentity']) {
    const value = (metadata as Record<string, unknown> | undefined)?.[key];
    if (value !== undefined && value !== '' && value !== null) {
      throw new WeftError('csr_invalid', `metadata ${key} is not supported`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
