/** `istio.v1.auth.IstioCertificateService`: a workload's certificate for a workload's token. */

import { create } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { formatSpiffeId, isSpiffeId } from '@weft/identity';
import { WeftError } from '@weft/kernel';
import type { Logger } from '@weft/telemetry';
import {
  type IstioCertificateRequest,
  type IstioCertificateResponse,
  IstioCertificateResponseSchema,
  IstioCertificateService,
} from '@weft/xds-messages/istio/v1/auth/ca';
import { serviceDefinition } from '@weft/xds-protocol';
import type { Authority } from './authority.ts';
import type { WorkloadIdentity } from './join-tokens.ts';

export interface CertificateServiceOptions {
  readonly authority: Authority;
  readonly trustDomain: string;
  /** From the call's metadata. @throws WeftError token_invalid. */
  authenticate(metadata: grpc.Metadata): Promise<WorkloadIdentity>;
  readonly logger: Logger;
  /** Told of each outcome: "issued" or an error code. */
  onOutcome?(outcome: string): void;
}

export interface CertificateService {
  addTo(server: grpc.Server): void;
}

/** The identity is the token's, whatever the request's subject and names say. Each certificate is one line in the log. */
export function createCertificateService(options: CertificateServiceOptions): CertificateService {
  const { logger } = options;

  const answer = async (
    call: grpc.ServerUnaryCall<IstioCertificateRequest, IstioCertificateResponse>,
  ): Promise<IstioCertificateResponse> => {
    const identity = await options.authenticate(call.metadata);
    const { namespace, serviceAccount, group } = identity;
    const id = { trustDomain: options.trustDomain, namespace, serviceAccount };
    if (!isSpiffeId(id)) throw new WeftError('token_invalid', 'the join token names no valid SPIFFE identity');
    const spiffeId = formatSpiffeId(id);
    const lifeMs = Number(call.request.validityDuration) * 1000;
    const issued = await options.authority.issueWorkload(call.request.csr, spiffeId, lifeMs);
    logger.info(
      {
        audit: 'certificate',
        spiffeId,
        group,
        serial: issued.serialNumber,
        notAfter: new Date(issued.notAfterMs).toISOString(),
        peer: call.getPeer(),
      },
      'certificate issued',
    );
    return create(IstioCertificateResponseSchema, { certChain: [...issued.chain] });
  };

  const createCertificate: grpc.handleUnaryCall<IstioCertificateRequest, IstioCertificateResponse> = (
    call,
    callback,
  ) => {
    answer(call).then(
      (response) => {
        options.onOutcome?.('issued');
        callback(null, response);
      },
      (error: unknown) => {
        const code = error instanceof WeftError ? error.code : 'internal';
        options.onOutcome?.(code);
        logger.warn(
          { audit: 'certificate', code, reason: messageOf(error), peer: call.getPeer() },
          'certificate refused',
        );
        // Messages of these two name a rule, never a secret; others stay here.
        const status = error instanceof WeftError ? error.row.grpcStatus : grpc.status.INTERNAL;
        const details = code === 'internal' ? 'the certificate could not be made' : messageOf(error);
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
